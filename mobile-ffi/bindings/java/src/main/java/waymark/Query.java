package waymark;

/** What somebody wants to see; {@link Queries} has a class for each verb. */
public abstract class Query extends Part {
    Query(String verb) {
        put("query", verb);
    }
}
