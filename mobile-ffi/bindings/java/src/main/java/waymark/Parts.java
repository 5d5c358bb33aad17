// Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.
package waymark;

import java.util.List;

/** Objects inside requests, and the words to choose from. */
public final class Parts {
    private Parts() {}

    /** The answer to the offer. */
    public static final class Agrees extends Part {
        /**
         * With what is needed.
         *
         * @param answer What the person said.
         */
        public Agrees(Parts.Answer answer) {
            need("answer", answer);
        }

        /** Why they cannot decide now: a code of `undecided_reasons`. */
        public Agrees reason(String reason) {
            put("reason", reason);
            return this;
        }
    }

    /** What an answer to the offer was. */
    public enum Answer implements Word {
        /** The person agrees. */
        YES("yes"),
        /** The person declines. */
        NO("no"),
        /** The person cannot decide now. */
        CANNOT_DECIDE_NOW("cannot_decide_now");

        private final String word;

        Answer(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** What became of an appointment. In the order of what favours the person. */
    public enum Attendance implements Word {
        /** The person came. */
        ATTENDED("attended"),
        /** The service called it off. */
        CANCELLED_BY_SERVICE("cancelled_by_service"),
        /** The person called it off. */
        CANCELLED_BY_PERSON("cancelled_by_person"),
        /** The person did not come. */
        DID_NOT_ATTEND("did_not_attend");

        private final String word;

        Attendance(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Who called an appointment off. */
    public enum CalledOffBy implements Word {
        /** The service. */
        SERVICE("service"),
        /** The person. */
        PERSON("person");

        private final String word;

        CalledOffBy(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Why an officer takes a referral back. */
    public enum CancelReason implements Word {
        /** Another person than meant: contact stops at once. */
        WRONG_PERSON("wrong_person"),
        /** Entered in error: contact stops at once. */
        ENTERED_IN_ERROR("entered_in_error"),
        /** Referred already: contact stops at once. */
        DUPLICATE("duplicate"),
        /** Another service than meant. */
        WRONG_PROVIDER("wrong_provider"),
        /** There was no offence. */
        NO_OFFENCE("no_offence");

        private final String word;

        CancelReason(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** A check that was made, or not. */
    public static final class CheckAnswer extends Part {
        /**
         * With what is needed.
         *
         * @param channel How: a code of `check_channels`.
         * @param kind What was asked for: a code of `check_kinds`.
         * @param result What it said: a code of `check_results`.
         */
        public CheckAnswer(String channel, String kind, String result) {
            need("channel", channel);
            need("kind", kind);
            need("result", result);
        }

        /** How old the information is, in milliseconds. */
        public CheckAnswer ageMs(long ageMs) {
            put("age_ms", ageMs);
            return this;
        }

        /** Whether the person took part last time, where an earlier referral was found. */
        public CheckAnswer engaged(Parts.Engaged engaged) {
            put("engaged", engaged);
            return this;
        }

        /** A note. */
        public CheckAnswer note(String note) {
            put("note", note);
            return this;
        }

        /** What was done about it, where the person is wanted: a code of `wanted_answers`. */
        public CheckAnswer wanted(String wanted) {
            put("wanted", wanted);
            return this;
        }
    }

    /** What a settlement decides. */
    public static final class Choice extends Part {
        private Choice(String field, Object value) {
            need(field, value);
        }

        /** This op's side holds. */
        public static Choice op(String value) {
            return new Choice("op", value);
        }

        /** None of the sides, but this value, as the register writes it. */
        public static Choice value(Object value) {
            return new Choice("value", value);
        }

        /** This op, which was kept aside, takes effect at the settlement's place. */
        public static Choice admit(String value) {
            return new Choice("admit", value);
        }

        /** This op stays aside for good. */
        public static Choice keepAside(String value) {
            return new Choice("keep_aside", value);
        }
    }

    /** What the person agreed to. */
    public static final class Consent extends Part {
        /**
         * With what is needed.
         *
         * @param contact Whether the service may contact them.
         * @param feedback Whether the police are told how far they got.
         * @param language Its language: a code of `languages`.
         * @param wording The text that they agreed to: a code of `consent_wordings`.
         */
        public Consent(Parts.YesNo contact, Parts.YesNo feedback, String language, String wording) {
            need("contact", contact);
            need("feedback", feedback);
            need("language", language);
            need("wording", wording);
        }
    }

    /** What led to the record that was opened. */
    public enum ConsultedFor implements Word {
        /** Something was due in it. */
        WORKLIST("worklist"),
        /** It was a new referral. */
        INBOX("inbox"),
        /** It was chosen from the list of referrals. */
        REFERRALS("referrals"),
        /** It has an appointment. */
        DIARY("diary"),
        /** Somebody looked for it. */
        SEARCH("search"),
        /** Records of it disagree, or did. */
        CONFLICTS("conflicts"),
        /** No list led to it. */
        ADDRESS("address");

        private final String word;

        ConsultedFor(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** What an outreach contact was. */
    public enum ContactWhat implements Word {
        /** An attempt that did not reach the person. */
        ATTEMPTED("attempted"),
        /** The person was reached. */
        REACHED("reached"),
        /** The person came. */
        PERSON_CAME("person_came"),
        /** The person called. */
        PERSON_CALLED("person_called");

        private final String word;

        ContactWhat(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** The person is under arrest for something else (R10). */
    public static final class Custody extends Part {
        /**
         * With what is needed.
         *
         * @param arrestedForOther What the arrest is for. Never copied into a finding.
         */
        public Custody(String arrestedForOther) {
            need("arrested_for_other", arrestedForOther);
        }

        /** What the officer in the case recorded; `None`: nothing so far. */
        public Custody oic(Parts.OicView oic) {
            put("oic", oic);
            return this;
        }
    }

    /** What the roadside does not ask for; one field at least. */
    public static final class Description extends Part {
        /** With nothing so far. */
        public Description() {
        }

        /** The number of the body-worn video. */
        public Description bodyWornVideo(String bodyWornVideo) {
            put("body_worn_video", bodyWornVideo);
            return this;
        }

        /** Ethnicity as the officer saw it: a code of `ethnicity_seen`. */
        public Description ethnicitySeen(String ethnicitySeen) {
            put("ethnicity_seen", ethnicitySeen);
            return this;
        }

        /** The first half of the postcode, such as RG1. */
        public Description postcodeDistrict(String postcodeDistrict) {
            put("postcode_district", postcodeDistrict);
            return this;
        }

        /** Sex: a code of `sexes`. */
        public Description sex(String sex) {
            put("sex", sex);
            return this;
        }

        /** The number of the stop and search. */
        public Description stopSearch(String stopSearch) {
            put("stop_search", stopSearch);
            return this;
        }
    }

    /** What the police do with an encounter. In no order: while two differ, no choice is made. */
    public enum Disposal implements Word {
        /** A community resolution. */
        COMMUNITY_RESOLUTION("community_resolution"),
        /** Diversion as outcome 22, which waits for the person to engage. */
        DIVERSION_22_PENDING("diversion_22_pending"),
        /** Diversion as outcome 22. */
        DIVERSION_22("diversion_22"),
        /** An arrest. */
        ARREST("arrest"),
        /** An investigation. */
        INVESTIGATION("investigation"),
        /** There was no offence. */
        NO_OFFENCE("no_offence");

        private final String word;

        Disposal(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** What a check of earlier referrals says of how the last one went. */
    public enum Engaged implements Word {
        /** The person took part. */
        YES("yes"),
        /** The person did not. */
        NO("no"),
        /** That was not known. */
        NOT_KNOWN("not_known");

        private final String word;

        Engaged(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Whether the evidence is sufficient, by the officer. It is no admission, and nobody is asked for one. */
    public enum Evidence implements Word {
        /** Not answered. */
        NOT_ASKED("not_asked"),
        /** It is. */
        SUFFICIENT("sufficient"),
        /** It is not. */
        NOT_SUFFICIENT("not_sufficient");

        private final String word;

        Evidence(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Somebody who was there. */
    public static final class GroupMember extends Part {
        /**
         * With what is needed.
         *
         * @param record The referral.
         */
        public GroupMember(String record) {
            need("record", record);
        }

        /** The entry that booked it; the open appointment of that day, when it is left out. */
        public GroupMember appointment(String appointment) {
            put("appointment", appointment);
            return this;
        }

        /** How long this person stayed, when it was another time. */
        public GroupMember minutes(long minutes) {
            put("minutes", minutes);
            return this;
        }
    }

    /** Something else that was taken. */
    public static final class ItemAnswer extends Part {
        /**
         * With what is needed.
         *
         * @param drug The suspected drug: a code of `drugs`.
         */
        public ItemAnswer(String drug) {
            need("drug", drug);
        }

        /** How much, in words. */
        public ItemAnswer amount(String amount) {
            put("amount", amount);
            return this;
        }

        /** The exhibit reference; the phone proposes one. */
        public ItemAnswer exhibit(String exhibit) {
            put("exhibit", exhibit);
            return this;
        }
    }

    /** When an outcome was measured. */
    public enum MeasuredAt implements Word {
        /** At the start. */
        START("start"),
        /** At a review. */
        REVIEW("review"),
        /** At the end. */
        EXIT("exit");

        private final String word;

        MeasuredAt(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** What an appointment is for. */
    public enum Meeting implements Word {
        /** The initial assessment. */
        ASSESSMENT("assessment"),
        /** One of the sessions. */
        SESSION("session");

        private final String word;

        Meeting(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Why somebody was not told. */
    public enum NotGiven implements Word {
        /** It would put the child at risk. */
        RISK_TO_CHILD("risk_to_child"),
        /** They cannot be reached. */
        CANNOT_BE_REACHED("cannot_be_reached");

        private final String word;

        NotGiven(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Why no offer was made. */
    public static final class NotOffered extends Part {
        /**
         * With what is needed.
         *
         * @param reason A code of `not_offered_reasons`.
         */
        public NotOffered(String reason) {
            need("reason", reason);
        }
    }

    /** Somebody who was told of a young person, or why not. */
    public static final class Notice extends Part {
        /**
         * With what is needed.
         *
         * @param to Who.
         */
        public Notice(Parts.NoticeTo to) {
            need("to", to);
        }

        /** Why they were not told; left out: they were. */
        public Notice notGiven(Parts.NotGiven notGiven) {
            put("not_given", notGiven);
            return this;
        }
    }

    /** Who is told of a referral. */
    public enum NoticeTo implements Word {
        /** A parent or guardian of a young person. */
        GUARDIAN("guardian"),
        /** The youth justice service. */
        YOUTH_JUSTICE("youth_justice"),
        /** The person. */
        PERSON("person");

        private final String word;

        NoticeTo(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Another offence: a code of `offences`, or words for what is no drug offence. */
    public static final class OffenceAnswer extends Part {
        /** With nothing so far. */
        public OffenceAnswer() {
        }

        /** A code of `offences`. */
        public OffenceAnswer offence(String offence) {
            put("offence", offence);
            return this;
        }

        /** What is no drug offence, in words. */
        public OffenceAnswer words(String words) {
            put("words", words);
            return this;
        }
    }

    /** Whether the possession matters to the case the person is under arrest for. */
    public enum OicView implements Word {
        /** It does not: the person may still be referred. */
        NOT_MATERIAL("not_material"),
        /** It does. */
        MATERIAL("material");

        private final String word;

        OicView(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Why a service for other ages is named all the same. */
    public static final class Override extends Part {
        /**
         * With what is needed.
         *
         * @param reason The reason, in one's own words.
         */
        public Override(String reason) {
            need("reason", reason);
        }
    }

    /** How to reach the person, as the officer wrote it down. */
    public static final class Reach extends Part {
        /** With nothing so far. */
        public Reach() {
        }

        /** What the service may do there, from `reach_may`. */
        public Reach may(List<String> may) {
            put("may", may);
            return this;
        }

        /** Their number. */
        public Reach phone(String phone) {
            put("phone", phone);
            return this;
        }

        /** Where and when they are to be found. */
        public Reach placeAndTime(String placeAndTime) {
            put("place_and_time", placeAndTime);
            return this;
        }
    }

    /** Why a referral is open again. */
    public enum ReopenReason implements Word {
        /** The person came or was reached, and whoever closed it did not know. */
        PERSON_CAME("person_came"),
        /** It was closed in error. */
        CLOSED_IN_ERROR("closed_in_error"),
        /** The person came back. */
        PERSON_RETURNED("person_returned");

        private final String word;

        ReopenReason(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Why a supervisor takes a disposal back. Engagement is no reason. */
    public enum RescindReason implements Word {
        /** Another person than meant. */
        WRONG_PERSON("wrong_person"),
        /** Entered in error. */
        ENTERED_IN_ERROR("entered_in_error"),
        /** There was no offence. */
        NO_OFFENCE("no_offence"),
        /** There was evidence at the time that was not considered. */
        EVIDENCE_KNOWN_AT_THE_TIME("evidence_known_at_the_time");

        private final String word;

        RescindReason(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Where the encounter took place. */
    public enum Route implements Word {
        /** In the street. */
        STREET("street"),
        /** In custody, after an arrest for something else. */
        CUSTODY("custody");

        private final String word;

        Route(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }

    /** Whether the person is safe now, and who was told. */
    public static final class SafeNow extends Part {
        /** With nothing so far. */
        public SafeNow() {
        }

        /** The number to call back. */
        public SafeNow callBack(String callBack) {
            put("call_back", callBack);
            return this;
        }

        /** Concerns: codes of `safeguarding`. */
        public SafeNow codes(List<String> codes) {
            put("codes", codes);
            return this;
        }

        /** Who was told; needed in immediate danger. */
        public SafeNow told(String told) {
            put("told", told);
            return this;
        }

        /** When, in milliseconds since 1970. */
        public SafeNow toldAtMs(long toldAtMs) {
            put("told_at_ms", toldAtMs);
            return this;
        }
    }

    /** Signs of something else than possession; empty for none. */
    public static final class Signs extends Part {
        /** With nothing so far. */
        public Signs() {
        }

        /** A defence that was put forward: a code of `defences`. */
        public Signs defence(String defence) {
            put("defence", defence);
            return this;
        }

        /** Reasons to arrest: the letters of `necessity`. */
        public Signs necessity(List<String> necessity) {
            put("necessity", necessity);
            return this;
        }

        /** Another offence than possession: a code of `offences`. */
        public Signs otherOffence(String otherOffence) {
            put("other_offence", otherOffence);
            return this;
        }

        /** Signs of supply: codes of `supply_signs`. */
        public Signs supply(List<String> supply) {
            put("supply", supply);
            return this;
        }
    }

    /** Yes or no, said by a person. */
    public enum YesNo implements Word {
        /** Yes. */
        YES("yes"),
        /** No. */
        NO("no");

        private final String word;

        YesNo(String word) {
            this.word = word;
        }

        @java.lang.Override
        public String word() {
            return word;
        }
    }
}
