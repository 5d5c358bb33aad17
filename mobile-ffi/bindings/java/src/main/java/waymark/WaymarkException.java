package waymark;

import java.util.Map;

/**
 * A call that was not done. The classes inside say who must act.
 *
 * <p>Does not hold words for people: {@link #code} is stable, and schema/codes/errors.csv lists each with a sentence.
 */
public class WaymarkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Answer problem;

    WaymarkException(int status, Answer problem) {
        super(sentence(status, problem));
        this.status = status;
        this.problem = problem;
    }

    /** The number of the status, as in waymark.h. */
    public int status() {
        return status;
    }

    /** The stable code, such as field_missing; null when the call itself was wrong. */
    public String code() {
        return problem.text("code");
    }

    /** The field at fault, as a path; null when there is none. */
    public String field() {
        return problem.text("field");
    }

    /** The whole problem, as the library told it. */
    public Answer problem() {
        return problem;
    }

    static WaymarkException of(int status, Map<String, Object> problem) {
        Answer told = new Answer(problem);
        switch (status) {
            case 10:
                return new CallerProblem(status, told);
            case 11:
                return new DataProblem(status, told);
            case 12:
                return new LaterProblem(status, told);
            case 13:
                return new PeerProblem(status, told);
            default:
                return new CallFault(status, told);
        }
    }

    private static String sentence(int status, Answer problem) {
        String code = problem.text("code");
        String where = problem.text("field") == null ? "" : problem.text("field") + ": ";
        return where + problem.text("title") + " (" + (code == null ? "status " + status : code) + ")";
    }

    /** The call itself was wrong: a closed store, a call from inside a callback, a fault of the library. */
    public static final class CallFault extends WaymarkException {
        private static final long serialVersionUID = 1;

        CallFault(int status, Answer problem) {
            super(status, problem);
        }
    }

    /** Whoever asked must change something; nothing was done. */
    public static final class CallerProblem extends WaymarkException {
        private static final long serialVersionUID = 1;

        CallerProblem(int status, Answer problem) {
            super(status, problem);
        }
    }

    /** What is stored is at fault. */
    public static final class DataProblem extends WaymarkException {
        private static final long serialVersionUID = 1;

        DataProblem(int status, Answer problem) {
            super(status, problem);
        }
    }

    /** The same call works later; nothing that was recorded is lost. */
    public static final class LaterProblem extends WaymarkException {
        private static final long serialVersionUID = 1;

        LaterProblem(int status, Answer problem) {
            super(status, problem);
        }

        /** After how many milliseconds to try again by oneself; -1 when that is not known. */
        public long afterMs() {
            return problem().has("after_ms") ? problem().number("after_ms") : -1;
        }
    }

    /** The server, or whoever answered in its place, is at fault. */
    public static final class PeerProblem extends WaymarkException {
        private static final long serialVersionUID = 1;

        PeerProblem(int status, Answer problem) {
            super(status, problem);
        }
    }
}
