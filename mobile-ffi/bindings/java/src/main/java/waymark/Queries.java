// Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.
package waymark;

/** What somebody wants to see: a class for each query. */
public final class Queries {
    private Queries() {}

    /** Every referral that is held, the newest first. */
    public static final class Referrals extends Query {
        /** With nothing so far. */
        public Referrals() {
            super("referrals");
        }

        /** Go on after a page: its `next`. */
        public Referrals after(String after) {
            put("after", after);
            return this;
        }

        /** At most so many; all of them, when it is left out. From 1 to 500. */
        public Referrals limit(long limit) {
            put("limit", limit);
            return this;
        }
    }

    /** One referral as its reader sees it. */
    public static final class Referral extends Query {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public Referral(String record) {
            super("referral");
            need("record", record);
        }

        /** What led to it: a list that shows it. `address` when it is left out. */
        public Referral purpose(Parts.ConsultedFor purpose) {
            put("purpose", purpose);
            return this;
        }
    }

    /** The entries of a referral. */
    public static final class History extends Query {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public History(String record) {
            super("history");
            need("record", record);
        }

        /** What led to it: a list that shows it. `address` when it is left out. */
        public History purpose(Parts.ConsultedFor purpose) {
            put("purpose", purpose);
            return this;
        }
    }

    /** Why an encounter was decided as it was, rule by rule. */
    public static final class Explain extends Query {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public Explain(String record) {
            super("explain");
            need("record", record);
        }

        /** What led to it: a list that shows it. `address` when it is left out. */
        public Explain purpose(Parts.ConsultedFor purpose) {
            put("purpose", purpose);
            return this;
        }
    }

    /** What is due, the most urgent first. */
    public static final class Worklist extends Query {
        /** With nothing so far. */
        public Worklist() {
            super("worklist");
        }

        /** At most so many; all of them, when it is left out. From 1 to 500. */
        public Worklist limit(long limit) {
            put("limit", limit);
            return this;
        }
    }

    /** Open conflicts. */
    public static final class Conflicts extends Query {
        /** With nothing so far. */
        public Conflicts() {
            super("conflicts");
        }
    }

    /** One conflict, and what each choice would change. */
    public static final class Conflict extends Query {
        /**
         * With what is needed.
         *
         * @param conflict The conflict.
         */
        public Conflict(String conflict) {
            super("conflict");
            need("conflict", conflict);
        }
    }

    /** Services, and the codes of the forms. */
    public static final class Reference extends Query {
        /** With nothing so far. */
        public Reference() {
            super("reference");
        }
    }

    /** How the people of one's own service are doing. */
    public static final class Outcomes extends Query {
        /**
         * With what is needed.
         *
         * @param instrument The instrument, as `outcome_items` names it.
         */
        public Outcomes(String instrument) {
            super("outcomes");
            need("instrument", instrument);
        }
    }

    /** What services have told of how their people are doing. */
    public static final class Released extends Query {
        /** With nothing so far. */
        public Released() {
            super("released");
        }
    }

    /** The digest of each held stream, folded anew. */
    public static final class Digests extends Query {
        /** With nothing so far. */
        public Digests() {
            super("digests");
        }
    }

    /** Own entries that the server has not acknowledged. */
    public static final class Outbox extends Query {
        /** With nothing so far. */
        public Outbox() {
            super("outbox");
        }

        /** Go on after a page: the `seq` of its last entry. */
        public Outbox after(long after) {
            put("after", after);
            return this;
        }

        /** At most so many; all of them, when it is left out. From 1 to 500. */
        public Outbox limit(long limit) {
            put("limit", limit);
            return this;
        }
    }

    /** Own entries that were refused or kept aside. */
    public static final class Refused extends Query {
        /** With nothing so far. */
        public Refused() {
            super("refused");
        }
    }

    /** How far the device is in step. */
    public static final class Status extends Query {
        /** With nothing so far. */
        public Status() {
            super("status");
        }
    }

    /** Who the device is. */
    public static final class Whoami extends Query {
        /** With nothing so far. */
        public Whoami() {
            super("whoami");
        }
    }

    /** Half-filled forms. */
    public static final class Drafts extends Query {
        /** With nothing so far. */
        public Drafts() {
            super("drafts");
        }
    }
}
