package waymark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON to and from plain Java, so that an app needs no other library for it: maps, lists, texts, Long, Double, Boolean, null.
 *
 * <p>Reads what the library writes. Does not tell well what is wrong with a text of somebody else's.
 */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Reads an object. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.skipBlanks();
        if (json.at != text.length() || !(value instanceof Map)) {
            throw json.wrong();
        }
        return (Map<String, Object>) value;
    }

    /** Writes plain Java. */
    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private Object value() {
        skipBlanks();
        switch (peek()) {
            case '{':
                return map();
            case '[':
                return list();
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> map() {
        Map<String, Object> fields = new LinkedHashMap<>();
        at++;
        skipBlanks();
        while (peek() != '}') {
            skipBlanks();
            String name = string();
            skipBlanks();
            expect(':');
            fields.put(name, value());
            skipBlanks();
            if (peek() != '}') {
                expect(',');
            }
        }
        at++;
        return fields;
    }

    private List<Object> list() {
        List<Object> all = new ArrayList<>();
        at++;
        skipBlanks();
        while (peek() != ']') {
            all.add(value());
            skipBlanks();
            if (peek() != ']') {
                expect(',');
            }
        }
        at++;
        return all;
    }

    private String string() {
        expect('"');
        StringBuilder read = new StringBuilder();
        while (peek() != '"') {
            char letter = text.charAt(at++);
            read.append(letter == '\\' ? escaped() : letter);
        }
        at++;
        return read.toString();
    }

    private char escaped() {
        char letter = peek();
        at++;
        switch (letter) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                if (at + 4 > text.length()) {
                    throw wrong();
                }
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            default:
                return letter;
        }
    }

    private Object number() {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(from, at);
        if (number.isEmpty()) {
            throw wrong();
        }
        boolean isWhole = number.chars().noneMatch(letter -> ".eE".indexOf(letter) >= 0);
        return isWhole ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
        return value;
    }

    private void expect(char letter) {
        if (peek() != letter) {
            throw wrong();
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong();
        }
        return text.charAt(at);
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** Says where, never what: it may be about somebody. */
    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not a JSON object, at character " + at);
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?>) {
            String before = "{";
            for (Map.Entry<?, ?> field : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                quote(field.getKey().toString(), out);
                out.append(':');
                write(field.getValue(), out);
                before = ",";
            }
            out.append(before.equals("{") ? "{}" : "}");
        } else if (value instanceof List<?>) {
            String before = "[";
            for (Object one : (List<?>) value) {
                out.append(before);
                write(one, out);
                before = ",";
            }
            out.append(before.equals("[") ? "[]" : "]");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            quote(value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                out.append('\\').append(letter);
            } else if (letter < ' ') {
                out.append(String.format("\\u%04x", (int) letter));
            } else {
                out.append(letter);
            }
        }
        out.append('"');
    }
}
