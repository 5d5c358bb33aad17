package waymark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An object inside a request. A field that was not given is left out: the library takes its own default then.
 *
 * <p>Does not check values: the library does, and its problem names the field.
 */
public abstract class Part {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    /** Made by the classes of this package. */
    Part() {}

    /** What must be said is written whatever it is. */
    final void need(String field, Object value) {
        fields.put(field, value);
    }

    final void put(String field, Object value) {
        if (value == null) {
            fields.remove(field);
        } else {
            fields.put(field, value);
        }
    }

    /** The JSON text that goes to the library. */
    final String json() {
        return Json.write(plain(this));
    }

    private static Object plain(Object value) {
        if (value instanceof Part) {
            return plain(((Part) value).fields);
        }
        if (value instanceof Word) {
            return ((Word) value).word();
        }
        if (value instanceof Map<?, ?>) {
            Map<String, Object> fields = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((name, of) -> fields.put(String.valueOf(name), plain(of)));
            return fields;
        }
        if (value instanceof Iterable<?>) {
            List<Object> all = new ArrayList<>();
            ((Iterable<?>) value).forEach(one -> all.add(plain(one)));
            return all;
        }
        return value;
    }
}
