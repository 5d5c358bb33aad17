package waymark;

/** A word to choose from a list, as requests write it. */
public interface Word {
    /** The word in JSON. */
    String word();
}
