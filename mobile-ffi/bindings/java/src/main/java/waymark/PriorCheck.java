package waymark;

/** Whom to look up in the central record: {@link Device#check}. */
public final class PriorCheck extends Part {
    /** A family and a given name, which may be empty. */
    public PriorCheck(String family, String given) {
        put("family", family);
        put("given", given);
    }

    /** The date of birth, written as 1990-12-31; it or the apparent age is needed. */
    public PriorCheck born(String born) {
        put("born", born);
        return this;
    }

    /** How old the person looks, in years. */
    public PriorCheck apparentAge(int apparentAge) {
        put("apparent_age", apparentAge);
        return this;
    }

    /** How long it may take, in milliseconds; 5000 when it is left out. */
    public PriorCheck maxMs(long maxMs) {
        put("max_ms", maxMs);
        return this;
    }
}
