package waymark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An answer of the library: a JSON object, read by the names that schema/json/phone describes. */
public final class Answer {
    private final Map<String, Object> fields;

    Answer(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** Whether the field is there and not null. */
    public boolean has(String field) {
        return fields.get(field) != null;
    }

    /** A text; null when it is not there. */
    public String text(String field) {
        return (String) fields.get(field);
    }

    /** A whole number. */
    public long number(String field) {
        return ((Number) fields.get(field)).longValue();
    }

    /** True or false. */
    public boolean flag(String field) {
        return (Boolean) fields.get(field);
    }

    /** An object inside; null when it is not there. */
    public Answer object(String field) {
        Object of = fields.get(field);
        return of == null ? null : answer(of);
    }

    /** A list of objects. */
    public List<Answer> objects(String field) {
        List<Answer> all = new ArrayList<>();
        ((List<?>) fields.get(field)).forEach(one -> all.add(answer(one)));
        return all;
    }

    /** Everything as Java has it: maps, lists, texts, Long, Double, Boolean, null. */
    public Map<String, Object> fields() {
        return fields;
    }

    /** The answer as JSON. */
    @Override
    public String toString() {
        return Json.write(fields);
    }

    @SuppressWarnings("unchecked")
    private static Answer answer(Object of) {
        return new Answer((Map<String, Object>) of);
    }
}
