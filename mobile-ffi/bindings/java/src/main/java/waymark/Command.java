package waymark;

/** What somebody does; {@link Commands} has a class for each verb. */
public abstract class Command extends Part {
    Command(String verb) {
        put("command", verb);
    }
}
