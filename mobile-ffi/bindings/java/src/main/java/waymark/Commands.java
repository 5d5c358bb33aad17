// Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.
package waymark;

import java.util.List;
import java.util.Map;

/** What somebody does: a class for each command. */
public final class Commands {
    private Commands() {}

    /** Says what the rules say of a form; writes nothing. */
    public static final class Assess extends Command {
        /**
         * With what is needed.
         *
         * @param drug The suspected drug: a code of `drugs`.
         * @param family The family name.
         * @param identity How identity was established: a code of `identity_methods`, or `not_established`.
         * @param safeNow Whether the person is safe now.
         * @param signs Signs of something else than possession.
         */
        public Assess(String drug, String family, String identity, Parts.SafeNow safeNow, Parts.Signs signs) {
            super("assess");
            need("drug", drug);
            need("family", family);
            need("identity", identity);
            need("safe_now", safeNow);
            need("signs", signs);
        }

        /** Refers although the same officer has referred the person within a day. */
        public Assess again(boolean again) {
            put("again", again);
            return this;
        }

        /** The person's answer to the offer; needed to refer. */
        public Assess agrees(Parts.Agrees agrees) {
            put("agrees", agrees);
            return this;
        }

        /** How much, in words. */
        public Assess amount(String amount) {
            put("amount", amount);
            return this;
        }

        /** How old the person looks, in years, where no date of birth is known. */
        public Assess apparentAge(long apparentAge) {
            put("apparent_age", apparentAge);
            return this;
        }

        /** The area, as the services name theirs. */
        public Assess area(String area) {
            put("area", area);
            return this;
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Assess asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out. */
        public Assess atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** When the first draft of the form was begun, in milliseconds since 1970. */
        public Assess beganMs(long beganMs) {
            put("began_ms", beganMs);
            return this;
        }

        /** The date of birth, written as 1990-12-31; it or `apparent_age` is needed. */
        public Assess born(String born) {
            put("born", born);
            return this;
        }

        /** The checks that were made, or not. */
        public Assess checks(List<Parts.CheckAnswer> checks) {
            put("checks", checks);
            return this;
        }

        /** What the person agreed to; needed to refer. */
        public Assess consent(Parts.Consent consent) {
            put("consent", consent);
            return this;
        }

        /** The reference of the force's own system. */
        public Assess crimeReference(String crimeReference) {
            put("crime_reference", crimeReference);
            return this;
        }

        /** What the person is under arrest for, when it is for something else. */
        public Assess custody(Parts.Custody custody) {
            put("custody", custody);
            return this;
        }

        /** What the roadside does not ask for, where it is known already. */
        public Assess described(Parts.Description described) {
            put("described", described);
            return this;
        }

        /** Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run. */
        public Assess ethnicity(String ethnicity) {
            put("ethnicity", ethnicity);
            return this;
        }

        /** What stands for possession. */
        public Assess evidence(Parts.Evidence evidence) {
            put("evidence", evidence);
            return this;
        }

        /** The exhibit reference; the phone proposes one. */
        public Assess exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }

        /** The given name. */
        public Assess given(String given) {
            put("given", given);
            return this;
        }

        /** What else was taken, each with its own exhibit reference. */
        public Assess items(List<Parts.ItemAnswer> items) {
            put("items", items);
            return this;
        }

        /** The kind of service that the person needs: a code of `service_kinds`. */
        public Assess need(String need) {
            put("need", need);
            return this;
        }

        /** Why no offer was made. */
        public Assess notOffered(Parts.NotOffered notOffered) {
            put("not_offered", notOffered);
            return this;
        }

        /** A note for the police. */
        public Assess note(String note) {
            put("note", note);
            return this;
        }

        /** Who was told of a young person, or why not. */
        public Assess notices(List<Parts.Notice> notices) {
            put("notices", notices);
            return this;
        }

        /** The offence, where it does not follow from the drug: a code of `offences`. */
        public Assess offence(String offence) {
            put("offence", offence);
            return this;
        }

        /** Other offences of the same encounter. */
        public Assess offences(List<Parts.OffenceAnswer> offences) {
            put("offences", offences);
            return this;
        }

        /** Why a service for other ages is named all the same. */
        public Assess override(Parts.Override override) {
            put("override", override);
            return this;
        }

        /** Where it happened. */
        public Assess place(String place) {
            put("place", place);
            return this;
        }

        /** The service; found by area and age when it is left out. */
        public Assess provider(String provider) {
            put("provider", provider);
            return this;
        }

        /** How to reach the person; needed to refer. */
        public Assess reach(Parts.Reach reach) {
            put("reach", reach);
            return this;
        }

        /** Where the encounter took place: on the street, when it is left out. */
        public Assess route(Parts.Route route) {
            put("route", route);
            return this;
        }

        /** One of the times that the service offers: it is asked for, and not confirmed before the server answers. */
        public Assess slot(String slot) {
            put("slot", slot);
            return this;
        }

        /** Refers outside any police decision, where the rules allow no diversion. */
        public Assess voluntary(Parts.YesNo voluntary) {
            put("voluntary", voluntary);
            return this;
        }
    }

    /** Records an encounter, and refers the person when the rules allow it. */
    public static final class Refer extends Command {
        /**
         * With what is needed.
         *
         * @param drug The suspected drug: a code of `drugs`.
         * @param family The family name.
         * @param identity How identity was established: a code of `identity_methods`, or `not_established`.
         * @param safeNow Whether the person is safe now.
         * @param signs Signs of something else than possession.
         */
        public Refer(String drug, String family, String identity, Parts.SafeNow safeNow, Parts.Signs signs) {
            super("refer");
            need("drug", drug);
            need("family", family);
            need("identity", identity);
            need("safe_now", safeNow);
            need("signs", signs);
        }

        /** Refers although the same officer has referred the person within a day. */
        public Refer again(boolean again) {
            put("again", again);
            return this;
        }

        /** The person's answer to the offer; needed to refer. */
        public Refer agrees(Parts.Agrees agrees) {
            put("agrees", agrees);
            return this;
        }

        /** How much, in words. */
        public Refer amount(String amount) {
            put("amount", amount);
            return this;
        }

        /** How old the person looks, in years, where no date of birth is known. */
        public Refer apparentAge(long apparentAge) {
            put("apparent_age", apparentAge);
            return this;
        }

        /** The area, as the services name theirs. */
        public Refer area(String area) {
            put("area", area);
            return this;
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Refer asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out. */
        public Refer atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** When the first draft of the form was begun, in milliseconds since 1970. */
        public Refer beganMs(long beganMs) {
            put("began_ms", beganMs);
            return this;
        }

        /** The date of birth, written as 1990-12-31; it or `apparent_age` is needed. */
        public Refer born(String born) {
            put("born", born);
            return this;
        }

        /** The checks that were made, or not. */
        public Refer checks(List<Parts.CheckAnswer> checks) {
            put("checks", checks);
            return this;
        }

        /** What the person agreed to; needed to refer. */
        public Refer consent(Parts.Consent consent) {
            put("consent", consent);
            return this;
        }

        /** The reference of the force's own system. */
        public Refer crimeReference(String crimeReference) {
            put("crime_reference", crimeReference);
            return this;
        }

        /** What the person is under arrest for, when it is for something else. */
        public Refer custody(Parts.Custody custody) {
            put("custody", custody);
            return this;
        }

        /** What the roadside does not ask for, where it is known already. */
        public Refer described(Parts.Description described) {
            put("described", described);
            return this;
        }

        /** Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run. */
        public Refer ethnicity(String ethnicity) {
            put("ethnicity", ethnicity);
            return this;
        }

        /** What stands for possession. */
        public Refer evidence(Parts.Evidence evidence) {
            put("evidence", evidence);
            return this;
        }

        /** The exhibit reference; the phone proposes one. */
        public Refer exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }

        /** The given name. */
        public Refer given(String given) {
            put("given", given);
            return this;
        }

        /** What else was taken, each with its own exhibit reference. */
        public Refer items(List<Parts.ItemAnswer> items) {
            put("items", items);
            return this;
        }

        /** The kind of service that the person needs: a code of `service_kinds`. */
        public Refer need(String need) {
            put("need", need);
            return this;
        }

        /** Why no offer was made. */
        public Refer notOffered(Parts.NotOffered notOffered) {
            put("not_offered", notOffered);
            return this;
        }

        /** A note for the police. */
        public Refer note(String note) {
            put("note", note);
            return this;
        }

        /** Who was told of a young person, or why not. */
        public Refer notices(List<Parts.Notice> notices) {
            put("notices", notices);
            return this;
        }

        /** The offence, where it does not follow from the drug: a code of `offences`. */
        public Refer offence(String offence) {
            put("offence", offence);
            return this;
        }

        /** Other offences of the same encounter. */
        public Refer offences(List<Parts.OffenceAnswer> offences) {
            put("offences", offences);
            return this;
        }

        /** Why a service for other ages is named all the same. */
        public Refer override(Parts.Override override) {
            put("override", override);
            return this;
        }

        /** Where it happened. */
        public Refer place(String place) {
            put("place", place);
            return this;
        }

        /** The service; found by area and age when it is left out. */
        public Refer provider(String provider) {
            put("provider", provider);
            return this;
        }

        /** How to reach the person; needed to refer. */
        public Refer reach(Parts.Reach reach) {
            put("reach", reach);
            return this;
        }

        /** Where the encounter took place: on the street, when it is left out. */
        public Refer route(Parts.Route route) {
            put("route", route);
            return this;
        }

        /** One of the times that the service offers: it is asked for, and not confirmed before the server answers. */
        public Refer slot(String slot) {
            put("slot", slot);
            return this;
        }

        /** Refers outside any police decision, where the rules allow no diversion. */
        public Refer voluntary(Parts.YesNo voluntary) {
            put("voluntary", voluntary);
            return this;
        }
    }

    /** Records an encounter that ends without a referral. */
    public static final class RecordEncounter extends Command {
        /**
         * With what is needed.
         *
         * @param drug The suspected drug: a code of `drugs`.
         * @param family The family name.
         * @param identity How identity was established: a code of `identity_methods`, or `not_established`.
         * @param safeNow Whether the person is safe now.
         * @param signs Signs of something else than possession.
         */
        public RecordEncounter(String drug, String family, String identity, Parts.SafeNow safeNow, Parts.Signs signs) {
            super("record_encounter");
            need("drug", drug);
            need("family", family);
            need("identity", identity);
            need("safe_now", safeNow);
            need("signs", signs);
        }

        /** Refers although the same officer has referred the person within a day. */
        public RecordEncounter again(boolean again) {
            put("again", again);
            return this;
        }

        /** The person's answer to the offer; needed to refer. */
        public RecordEncounter agrees(Parts.Agrees agrees) {
            put("agrees", agrees);
            return this;
        }

        /** How much, in words. */
        public RecordEncounter amount(String amount) {
            put("amount", amount);
            return this;
        }

        /** How old the person looks, in years, where no date of birth is known. */
        public RecordEncounter apparentAge(long apparentAge) {
            put("apparent_age", apparentAge);
            return this;
        }

        /** The area, as the services name theirs. */
        public RecordEncounter area(String area) {
            put("area", area);
            return this;
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public RecordEncounter asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out. */
        public RecordEncounter atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** When the first draft of the form was begun, in milliseconds since 1970. */
        public RecordEncounter beganMs(long beganMs) {
            put("began_ms", beganMs);
            return this;
        }

        /** The date of birth, written as 1990-12-31; it or `apparent_age` is needed. */
        public RecordEncounter born(String born) {
            put("born", born);
            return this;
        }

        /** The checks that were made, or not. */
        public RecordEncounter checks(List<Parts.CheckAnswer> checks) {
            put("checks", checks);
            return this;
        }

        /** What the person agreed to; needed to refer. */
        public RecordEncounter consent(Parts.Consent consent) {
            put("consent", consent);
            return this;
        }

        /** The reference of the force's own system. */
        public RecordEncounter crimeReference(String crimeReference) {
            put("crime_reference", crimeReference);
            return this;
        }

        /** What the person is under arrest for, when it is for something else. */
        public RecordEncounter custody(Parts.Custody custody) {
            put("custody", custody);
            return this;
        }

        /** What the roadside does not ask for, where it is known already. */
        public RecordEncounter described(Parts.Description described) {
            put("described", described);
            return this;
        }

        /** Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run. */
        public RecordEncounter ethnicity(String ethnicity) {
            put("ethnicity", ethnicity);
            return this;
        }

        /** What stands for possession. */
        public RecordEncounter evidence(Parts.Evidence evidence) {
            put("evidence", evidence);
            return this;
        }

        /** The exhibit reference; the phone proposes one. */
        public RecordEncounter exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }

        /** The given name. */
        public RecordEncounter given(String given) {
            put("given", given);
            return this;
        }

        /** What else was taken, each with its own exhibit reference. */
        public RecordEncounter items(List<Parts.ItemAnswer> items) {
            put("items", items);
            return this;
        }

        /** The kind of service that the person needs: a code of `service_kinds`. */
        public RecordEncounter need(String need) {
            put("need", need);
            return this;
        }

        /** Why no offer was made. */
        public RecordEncounter notOffered(Parts.NotOffered notOffered) {
            put("not_offered", notOffered);
            return this;
        }

        /** A note for the police. */
        public RecordEncounter note(String note) {
            put("note", note);
            return this;
        }

        /** Who was told of a young person, or why not. */
        public RecordEncounter notices(List<Parts.Notice> notices) {
            put("notices", notices);
            return this;
        }

        /** The offence, where it does not follow from the drug: a code of `offences`. */
        public RecordEncounter offence(String offence) {
            put("offence", offence);
            return this;
        }

        /** Other offences of the same encounter. */
        public RecordEncounter offences(List<Parts.OffenceAnswer> offences) {
            put("offences", offences);
            return this;
        }

        /** Why a service for other ages is named all the same. */
        public RecordEncounter override(Parts.Override override) {
            put("override", override);
            return this;
        }

        /** Where it happened. */
        public RecordEncounter place(String place) {
            put("place", place);
            return this;
        }

        /** The service; found by area and age when it is left out. */
        public RecordEncounter provider(String provider) {
            put("provider", provider);
            return this;
        }

        /** How to reach the person; needed to refer. */
        public RecordEncounter reach(Parts.Reach reach) {
            put("reach", reach);
            return this;
        }

        /** Where the encounter took place: on the street, when it is left out. */
        public RecordEncounter route(Parts.Route route) {
            put("route", route);
            return this;
        }

        /** One of the times that the service offers: it is asked for, and not confirmed before the server answers. */
        public RecordEncounter slot(String slot) {
            put("slot", slot);
            return this;
        }

        /** Refers outside any police decision, where the rules allow no diversion. */
        public RecordEncounter voluntary(Parts.YesNo voluntary) {
            put("voluntary", voluntary);
            return this;
        }
    }

    /** Records the later answer to an offer that was left open or granted. */
    public static final class AnswerOffer extends Command {
        /**
         * With what is needed.
         *
         * @param agrees What the person said.
         * @param record The encounter.
         */
        public AnswerOffer(Parts.Agrees agrees, String record) {
            super("answer_offer");
            need("agrees", agrees);
            need("record", record);
        }

        /** The area, as the services name theirs. */
        public AnswerOffer area(String area) {
            put("area", area);
            return this;
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public AnswerOffer asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** What they agreed to; needed to refer. */
        public AnswerOffer consent(Parts.Consent consent) {
            put("consent", consent);
            return this;
        }

        /** The offence, where it does not follow from the drug: a code of `offences`. */
        public AnswerOffer offence(String offence) {
            put("offence", offence);
            return this;
        }

        /** Why a service for other ages is named all the same. */
        public AnswerOffer override(Parts.Override override) {
            put("override", override);
            return this;
        }

        /** The service; found by area and age when it is left out. */
        public AnswerOffer provider(String provider) {
            put("provider", provider);
            return this;
        }

        /** How to reach them; needed to refer. */
        public AnswerOffer reach(Parts.Reach reach) {
            put("reach", reach);
            return this;
        }
    }

    /** Takes a referral back. */
    public static final class Cancel extends Command {
        /**
         * With what is needed.
         *
         * @param reason Why.
         * @param record The referral.
         */
        public Cancel(Parts.CancelReason reason, String record) {
            super("cancel");
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Cancel asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Names the service of a referral that none has taken on. */
    public static final class Assign extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         * @param to The service.
         */
        public Assign(String record, String to) {
            super("assign");
            need("record", record);
            need("to", to);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Assign asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** Why a service for other ages is named all the same. */
        public Assign override(Parts.Override override) {
            put("override", override);
            return this;
        }
    }

    /** Records the offence, or the crime's reference. */
    public static final class Crime extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public Crime(String record) {
            super("crime");
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Crime asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** The reference of the force's own system; one of the two is needed. */
        public Crime crimeReference(String crimeReference) {
            put("crime_reference", crimeReference);
            return this;
        }

        /** A code of `offences`. */
        public Crime offence(String offence) {
            put("offence", offence);
            return this;
        }
    }

    /** Decides where the rules leave it to a supervisor. */
    public static final class Discretion extends Command {
        /**
         * With what is needed.
         *
         * @param grant Whether the offer is made.
         * @param reason Why.
         * @param record The referral.
         */
        public Discretion(Parts.YesNo grant, String reason, String record) {
            super("discretion");
            need("grant", grant);
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Discretion asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records what the police do instead. */
    public static final class Dispose extends Command {
        /**
         * With what is needed.
         *
         * @param disposal What they do.
         * @param record The referral.
         */
        public Dispose(Parts.Disposal disposal, String record) {
            super("dispose");
            need("disposal", disposal);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Dispose asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** The outcome: a code of `outcomes`; the pack's own, when it is left out. */
        public Dispose outcome(String outcome) {
            put("outcome", outcome);
            return this;
        }
    }

    /** Proposes what is to follow; a supervisor decides. */
    public static final class ProposeDisposal extends Command {
        /**
         * With what is needed.
         *
         * @param disposal What is to follow.
         * @param reason Why.
         * @param record The referral.
         */
        public ProposeDisposal(Parts.Disposal disposal, String reason, String record) {
            super("propose_disposal");
            need("disposal", disposal);
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public ProposeDisposal asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Takes an outcome back. */
    public static final class Rescind extends Command {
        /**
         * With what is needed.
         *
         * @param reason Why.
         * @param record The referral.
         */
        public Rescind(Parts.RescindReason reason, String record) {
            super("rescind");
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Rescind asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records what the person agrees to now. */
    public static final class Consent extends Command {
        /**
         * With what is needed.
         *
         * @param contact Whether the service may contact the person.
         * @param record The referral.
         */
        public Consent(Parts.YesNo contact, String record) {
            super("consent");
            need("contact", contact);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Consent asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** Whether the police are told how far the person got. */
        public Consent feedback(Parts.YesNo feedback) {
            put("feedback", feedback);
            return this;
        }

        /** Its language: a code of `languages`; needed for a yes. */
        public Consent language(String language) {
            put("language", language);
            return this;
        }

        /** Who was there with the person. */
        public Consent present(String present) {
            put("present", present);
            return this;
        }

        /** The text that the person agreed to: a code of `consent_wordings`; needed for a yes. */
        public Consent wording(String wording) {
            put("wording", wording);
            return this;
        }
    }

    /** Records that the person wants no further contact. */
    public static final class Withdraw extends Command {
        /**
         * With what is needed.
         *
         * @param reason Why: a code of `withdrawal_reasons`.
         * @param record The referral.
         */
        public Withdraw(String reason, String record) {
            super("withdraw");
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Withdraw asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Raises a safeguarding concern. */
    public static final class Safeguard extends Command {
        /**
         * With what is needed.
         *
         * @param codes What it is about: codes of `safeguarding`, one at least.
         * @param record The referral.
         */
        public Safeguard(List<String> codes, String record) {
            super("safeguard");
            need("codes", codes);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Safeguard asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** The number to call back. */
        public Safeguard callBack(String callBack) {
            put("call_back", callBack);
            return this;
        }

        /** Who was told. */
        public Safeguard told(String told) {
            put("told", told);
            return this;
        }

        /** When they were told, in milliseconds since 1970. */
        public Safeguard toldAtMs(long toldAtMs) {
            put("told_at_ms", toldAtMs);
            return this;
        }
    }

    /** Takes up a safeguarding concern. */
    public static final class Acknowledge extends Command {
        /**
         * With what is needed.
         *
         * @param raised The entry that raised it.
         * @param record The referral.
         */
        public Acknowledge(String raised, String record) {
            super("acknowledge");
            need("raised", raised);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Acknowledge asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records a call to the service with the person there. */
    public static final class Handover extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         * @param result What came of it.
         */
        public Handover(String record, Parts.ContactWhat result) {
            super("handover");
            need("record", record);
            need("result", result);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Handover asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When, in milliseconds since 1970; now, when it is left out. */
        public Handover atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }
    }

    /** Records that somebody was told of the referral, or why not. */
    public static final class Notice extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         * @param to Who.
         */
        public Notice(String record, Parts.NoticeTo to) {
            super("notice");
            need("record", record);
            need("to", to);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Notice asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** Why they were not told; left out: they were. */
        public Notice notGiven(Parts.NotGiven notGiven) {
            put("not_given", notGiven);
            return this;
        }
    }

    /** Corrects what is known of the person. */
    public static final class Amend extends Command {
        /**
         * With what is needed.
         *
         * @param field What is corrected, `phone` for instance.
         * @param record The referral.
         * @param value What it is now.
         */
        public Amend(String field, String record, String value) {
            super("amend");
            need("field", field);
            need("record", record);
            need("value", value);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Amend asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Takes a referral on. */
    public static final class Accept extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public Accept(String record) {
            super("accept");
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Accept asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Does not take a referral on. */
    public static final class Reject extends Command {
        /**
         * With what is needed.
         *
         * @param reason Why: a code of `reject_reasons`.
         * @param record The referral.
         */
        public Reject(String reason, String record) {
            super("reject");
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Reject asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records an attempt to reach the person, or that they were reached. */
    public static final class Contact extends Command {
        /**
         * With what is needed.
         *
         * @param channel How: a code of `contact_channels`.
         * @param record The referral.
         * @param result What came of it: a code of `contact_results`.
         * @param what Whether the person was spoken to.
         */
        public Contact(String channel, String record, String result, Parts.ContactWhat what) {
            super("contact");
            need("channel", channel);
            need("record", record);
            need("result", result);
            need("what", what);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Contact asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When, in milliseconds since 1970; now, when it is left out. */
        public Contact atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** A note. */
        public Contact note(String note) {
            put("note", note);
            return this;
        }
    }

    /** Books a meeting. */
    public static final class Book extends Command {
        /**
         * With what is needed.
         *
         * @param atMs When, in milliseconds since 1970.
         * @param meeting What for.
         * @param minutes How long, in minutes.
         * @param record The referral.
         */
        public Book(long atMs, Parts.Meeting meeting, long minutes, String record) {
            super("book");
            need("at_ms", atMs);
            need("meeting", meeting);
            need("minutes", minutes);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Book asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** Where. */
        public Book place(String place) {
            put("place", place);
            return this;
        }
    }

    /** Records what became of a meeting. */
    public static final class Attend extends Command {
        /**
         * With what is needed.
         *
         * @param meeting What for.
         * @param minutes How long, in minutes.
         * @param record The referral.
         * @param status Whether the person came.
         */
        public Attend(Parts.Meeting meeting, long minutes, String record, Parts.Attendance status) {
            super("attend");
            need("meeting", meeting);
            need("minutes", minutes);
            need("record", record);
            need("status", status);
        }

        /** The entry that booked it; left out: nobody had. */
        public Attend appointment(String appointment) {
            put("appointment", appointment);
            return this;
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Attend asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When, in milliseconds since 1970; now, when it is left out. */
        public Attend atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** A note. */
        public Attend note(String note) {
            put("note", note);
            return this;
        }

        /** Why it is said that the person did not come, where another entry says that they did. */
        public Attend reason(String reason) {
            put("reason", reason);
            return this;
        }
    }

    /** Records how the person can be reached. */
    public static final class Details extends Command {
        /**
         * With what is needed.
         *
         * @param field What was learnt, `phone` for instance.
         * @param record The referral.
         * @param value What it is.
         */
        public Details(String field, String record, String value) {
            super("details");
            need("field", field);
            need("record", record);
            need("value", value);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Details asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Adds a clinical note. */
    public static final class Note extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         * @param text The note.
         */
        public Note(String record, String text) {
            super("note");
            need("record", record);
            need("text", text);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Note asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Asks another service to take the referral over. */
    public static final class Transfer extends Command {
        /**
         * With what is needed.
         *
         * @param consent Whether the person agrees; without a yes nothing goes there.
         * @param reason Why: a code of `transfer_reasons`.
         * @param record The referral.
         * @param to The other service.
         */
        public Transfer(Parts.YesNo consent, String reason, String record, String to) {
            super("transfer");
            need("consent", consent);
            need("reason", reason);
            need("record", record);
            need("to", to);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Transfer asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Takes a referral over from another service, or not. */
    public static final class AnswerTransfer extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         * @param takesOver Whether it does.
         */
        public AnswerTransfer(String record, Parts.YesNo takesOver) {
            super("answer_transfer");
            need("record", record);
            need("takes_over", takesOver);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public AnswerTransfer asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** Why not: a code of `reject_reasons`; needed for a no. */
        public AnswerTransfer reason(String reason) {
            put("reason", reason);
            return this;
        }
    }

    /** Closes a referral. */
    public static final class Close extends Command {
        /**
         * With what is needed.
         *
         * @param on The day, written as 1990-12-31.
         * @param record The referral.
         */
        public Close(String on, String record) {
            super("close");
            need("on", on);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Close asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** A note beside the reason. */
        public Close note(String note) {
            put("note", note);
            return this;
        }

        /** Why: a code of `close_reasons`. It stays with the service, but for a death. */
        public Close reason(String reason) {
            put("reason", reason);
            return this;
        }
    }

    /** Opens a closed referral again. */
    public static final class Reopen extends Command {
        /**
         * With what is needed.
         *
         * @param reason Why.
         * @param record The referral.
         */
        public Reopen(Parts.ReopenReason reason, String record) {
            super("reopen");
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Reopen asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records what an item was found to be. */
    public static final class Identify extends Command {
        /**
         * With what is needed.
         *
         * @param drug What it was found to be: a code of `drugs`.
         * @param record The encounter.
         */
        public Identify(String drug, String record) {
            super("identify");
            need("drug", drug);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Identify asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** The item's exhibit reference. */
        public Identify exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }

        /** The item's entry; where it is left out, `exhibit` names it, or there is only one. */
        public Identify item(String item) {
            put("item", item);
            return this;
        }

        /** How it was found out. */
        public Identify method(String method) {
            put("method", method);
            return this;
        }
    }

    /** Records that an item went into the store. */
    public static final class BookIn extends Command {
        /**
         * With what is needed.
         *
         * @param record The encounter.
         */
        public BookIn(String record) {
            super("book_in");
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public BookIn asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** The item's exhibit reference. */
        public BookIn exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }

        /** The item's entry; where it is left out, `exhibit` names it, or there is only one. */
        public BookIn item(String item) {
            put("item", item);
            return this;
        }

        /** The seal of its bag. */
        public BookIn seal(String seal) {
            put("seal", seal);
            return this;
        }

        /** Where it is kept. */
        public BookIn store(String store) {
            put("store", store);
            return this;
        }

        /** What it weighs, in milligrams. */
        public BookIn weightMg(long weightMg) {
            put("weight_mg", weightMg);
            return this;
        }
    }

    /** Records what became of an item. */
    public static final class DisposeItem extends Command {
        /**
         * With what is needed.
         *
         * @param how What became of it: a code of `item_fates`.
         * @param record The encounter.
         */
        public DisposeItem(String how, String record) {
            super("dispose_item");
            need("how", how);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public DisposeItem asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** The item's exhibit reference. */
        public DisposeItem exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }

        /** The item's entry; where it is left out, `exhibit` names it, or there is only one. */
        public DisposeItem item(String item) {
            put("item", item);
            return this;
        }
    }

    /** Records a check that was made later. */
    public static final class Check extends Command {
        /**
         * With what is needed.
         *
         * @param check The check.
         * @param record The encounter.
         */
        public Check(Parts.CheckAnswer check, String record) {
            super("check");
            need("check", check);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Check asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records whether possession matters to what the person is under arrest for. */
    public static final class Oic extends Command {
        /**
         * With what is needed.
         *
         * @param material Whether it matters.
         * @param reason Why.
         * @param record The encounter.
         */
        public Oic(Parts.YesNo material, String reason, String record) {
            super("oic");
            need("material", material);
            need("reason", reason);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Oic asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records another offence of the encounter. */
    public static final class Offence extends Command {
        /**
         * With what is needed.
         *
         * @param record The encounter.
         */
        public Offence(String record) {
            super("offence");
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Offence asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** A drug offence: a code of `offences`. */
        public Offence offence(String offence) {
            put("offence", offence);
            return this;
        }

        /** What is no drug offence, in words. */
        public Offence words(String words) {
            put("words", words);
            return this;
        }
    }

    /** Records what the roadside does not ask for. */
    public static final class Describe extends Command {
        /**
         * With what is needed.
         *
         * @param described What is known of it now.
         * @param record The encounter.
         */
        public Describe(Parts.Description described, String record) {
            super("describe");
            need("described", described);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Describe asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Says how easy a referral was. */
    public static final class Rate extends Command {
        /**
         * With what is needed.
         *
         * @param ease From 1, hard, to 5, easy.
         * @param record The referral.
         */
        public Rate(long ease, String record) {
            super("rate");
            need("ease", ease);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Rate asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Moves a meeting. */
    public static final class Move extends Command {
        /**
         * With what is needed.
         *
         * @param appointment The entry that booked it.
         * @param atMs The new time, in milliseconds since 1970.
         * @param record The referral.
         */
        public Move(String appointment, long atMs, String record) {
            super("move");
            need("appointment", appointment);
            need("at_ms", atMs);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Move asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Calls a meeting off. */
    public static final class CallOff extends Command {
        /**
         * With what is needed.
         *
         * @param appointment The entry that booked it.
         * @param by By whom.
         * @param record The referral.
         */
        public CallOff(String appointment, Parts.CalledOffBy by, String record) {
            super("call_off");
            need("appointment", appointment);
            need("by", by);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public CallOff asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** A note. */
        public CallOff note(String note) {
            put("note", note);
            return this;
        }

        /** Why it is called off, where another entry says that the person came. */
        public CallOff reason(String reason) {
            put("reason", reason);
            return this;
        }
    }

    /** Asks for a time at the service. */
    public static final class AskSlot extends Command {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public AskSlot(String record) {
            super("ask_slot");
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public AskSlot asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** A wish where no offered time fits, in milliseconds since 1970; the service books. */
        public AskSlot atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** One of the times that the service offers: see `reference`. */
        public AskSlot slot(String slot) {
            put("slot", slot);
            return this;
        }
    }

    /** Records one session for many people. */
    public static final class GroupSession extends Command {
        /**
         * With what is needed.
         *
         * @param atMs When it began, in milliseconds since 1970.
         * @param minutes How long, in minutes.
         * @param people Who was there.
         */
        public GroupSession(long atMs, long minutes, List<Parts.GroupMember> people) {
            super("group_session");
            need("at_ms", atMs);
            need("minutes", minutes);
            need("people", people);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public GroupSession asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** What for. */
        public GroupSession meeting(Parts.Meeting meeting) {
            put("meeting", meeting);
            return this;
        }

        /** A note for each of them. */
        public GroupSession note(String note) {
            put("note", note);
            return this;
        }
    }

    /** Names the kind of service that the person needs. */
    public static final class Need extends Command {
        /**
         * With what is needed.
         *
         * @param need The kind of service: a code of `service_kinds`.
         * @param record The referral.
         */
        public Need(String need, String record) {
            super("need");
            need("need", need);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Need asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records how the person is doing. */
    public static final class Measure extends Command {
        /**
         * With what is needed.
         *
         * @param at At the start, at a review, or at the end.
         * @param instrument The instrument, as `outcome_items` names it.
         * @param items The answers: a code of `outcome_items` each, and a number.
         * @param record The referral.
         */
        public Measure(Parts.MeasuredAt at, String instrument, Map<String, Long> items, String record) {
            super("measure");
            need("at", at);
            need("instrument", instrument);
            need("items", items);
            need("record", record);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Measure asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Says whether the service takes new referrals, and what it offers. */
    public static final class Offers extends Command {
        /** With nothing so far. */
        public Offers() {
            super("offers");
        }

        /** Whether it takes new referrals. */
        public Offers accepts(Parts.YesNo accepts) {
            put("accepts", accepts);
            return this;
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Offers asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** From which day it takes new ones again, written as 1990-12-31; with `accepts` no. */
        public Offers from(String from) {
            put("from", from);
            return this;
        }

        /** What it offers: codes of `service_kinds`. */
        public Offers kinds(List<String> kinds) {
            put("kinds", kinds);
            return this;
        }
    }

    /** Tells the force how the service's people are doing, in totals. */
    public static final class ReleaseOutcomes extends Command {
        /**
         * With what is needed.
         *
         * @param instrument The instrument, as `outcome_items` names it.
         */
        public ReleaseOutcomes(String instrument) {
            super("release_outcomes");
            need("instrument", instrument);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public ReleaseOutcomes asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Records somebody who came in without a referral. */
    public static final class WalkIn extends Command {
        /**
         * With what is needed.
         *
         * @param family The family name.
         */
        public WalkIn(String family) {
            super("walk_in");
            need("family", family);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public WalkIn asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** When they came, in milliseconds since 1970; now, when it is left out. */
        public WalkIn atMs(long atMs) {
            put("at_ms", atMs);
            return this;
        }

        /** The date of birth, written as 1990-12-31. */
        public WalkIn born(String born) {
            put("born", born);
            return this;
        }

        /** The given name. */
        public WalkIn given(String given) {
            put("given", given);
            return this;
        }

        /** What they need: a code of `service_kinds`. */
        public WalkIn need(String need) {
            put("need", need);
            return this;
        }

        /** How to reach them, where they want that. */
        public WalkIn reach(Parts.Reach reach) {
            put("reach", reach);
            return this;
        }
    }

    /** Settles a conflict. */
    public static final class Settle extends Command {
        /**
         * With what is needed.
         *
         * @param choice What counts from now on.
         * @param conflict The conflict.
         * @param reason Why.
         */
        public Settle(Parts.Choice choice, String conflict, String reason) {
            super("settle");
            need("choice", choice);
            need("conflict", conflict);
            need("reason", reason);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Settle asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Leaves a conflict to an admin. */
    public static final class PassUp extends Command {
        /**
         * With what is needed.
         *
         * @param conflict The conflict.
         */
        public PassUp(String conflict) {
            super("pass_up");
            need("conflict", conflict);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public PassUp asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Strikes an entry that was made in error. */
    public static final class Strike extends Command {
        /**
         * With what is needed.
         *
         * @param entry The entry.
         * @param reason Why.
         */
        public Strike(String entry, String reason) {
            super("strike");
            need("entry", entry);
            need("reason", reason);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public Strike asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }

        /** Yes: the strike is taken back. */
        public Strike back(Parts.YesNo back) {
            put("back", back);
            return this;
        }
    }

    /** Keeps a half-filled form on this device. */
    public static final class DraftSave extends Command {
        /**
         * With what is needed.
         *
         * @param form The form as far as it is filled in: anything.
         * @param id What the form is called: one's own text.
         */
        public DraftSave(Object form, String id) {
            super("draft_save");
            need("form", form);
            need("id", id);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public DraftSave asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }

    /** Drops a half-filled form. */
    public static final class DraftDrop extends Command {
        /**
         * With what is needed.
         *
         * @param id What the form is called.
         */
        public DraftDrop(String id) {
            super("draft_drop");
            need("id", id);
        }

        /** The view that the command was made on; the newest, when it is left out. */
        public DraftDrop asOf(String asOf) {
            put("as_of", asOf);
            return this;
        }
    }
}
