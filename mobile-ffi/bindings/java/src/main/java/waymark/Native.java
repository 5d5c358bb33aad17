package waymark;

import com.sun.jna.Callback;
import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The header waymark.h in JNA: one line for each function.
 *
 * <p>Texts go in as bytes that end with NUL, and come out as addresses, so that they can be given back. Does not keep anything:
 * {@link Device} does.
 */
final class Native {
    /** The version of the interface that this package was written for; a later one only has more. */
    static final int ABI_VERSION = 5;

    private Native() {}

    /** size_t, as wide as the machine's. */
    public static final class Size extends IntegerType {
        private static final long serialVersionUID = 1;

        /** Zero; JNA fills it. */
        public Size() {
            this(0);
        }

        Size(long value) {
            super(com.sun.jna.Native.SIZE_T_SIZE, value, true);
        }
    }

    interface Sign extends Callback {
        int invoke(Pointer context, Pointer message, Size length, Pointer signature);
    }

    interface AnchorSave extends Callback {
        int invoke(Pointer context, Pointer mark);
    }

    interface AnchorLoad extends Callback {
        Size invoke(Pointer context, Pointer mark, Size size);
    }

    interface Uptime extends Callback {
        int invoke(Pointer context, Pointer boot, Pointer uptimeMs);
    }

    interface Event extends Callback {
        void invoke(Pointer context, Pointer event);
    }

    /** The functions, as the header has them. */
    interface Functions extends Library {
        int wm_open(byte[] options, LongByReference device);

        int wm_close(long device);

        int wm_rekey(long device, byte[] key, Size length);

        int wm_enrol(long device, byte[] request, PointerByReference response);

        int wm_execute(long device, byte[] request, PointerByReference response);

        int wm_query(long device, byte[] request, PointerByReference response);

        int wm_sync(long device, byte[] request, PointerByReference response);

        int wm_check(long device, byte[] request, PointerByReference response);

        int wm_logout(long device, byte[] request, PointerByReference response);

        int wm_cancel(long device);

        void wm_string_free(Pointer text);

        int wm_last_error(PointerByReference error);

        String wm_version();

        int wm_abi_version();

        int wm_set_signer(long device, byte[] publicKey, Size length, Sign sign, Pointer context);

        int wm_set_anchor(long device, AnchorSave save, AnchorLoad load, Pointer context);

        int wm_set_clock(long device, Uptime uptime, Pointer context);

        int wm_on_event(long device, Event told, Pointer context);
    }

    /** Loads the library when it is used first. */
    private static final class Loaded {
        static final Functions FUNCTIONS = load();

        private static Functions load() {
            Functions functions = com.sun.jna.Native.load("waymark", Functions.class);
            if (functions.wm_abi_version() < ABI_VERSION) {
                throw new UnsatisfiedLinkError("libwaymark is older than this package");
            }
            return functions;
        }
    }

    static Functions functions() {
        return Loaded.FUNCTIONS;
    }

    /** A call with a request and a response. */
    interface Ask {
        int call(byte[] request, PointerByReference response);
    }

    static Answer ask(String request, Ask ask) {
        PointerByReference place = new PointerByReference();
        int status = ask.call(bytes(request), place);
        String response = taken(place);
        must(status);
        return new Answer(Json.object(response));
    }

    /** Throws what the library says of the last call of this thread, when it was not done. */
    static void must(int status) {
        if (status == 0) {
            return;
        }
        PointerByReference place = new PointerByReference();
        functions().wm_last_error(place);
        String error = taken(place);
        throw WaymarkException.of(status, error == null ? Map.of() : Json.object(error));
    }

    static byte[] bytes(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    static String read(Pointer text) {
        return text.getString(0, "UTF-8");
    }

    /** Copies a text of the library's and frees it. */
    private static String taken(PointerByReference place) {
        Pointer text = place.getValue();
        if (text == null) {
            return null;
        }
        try {
            return read(text);
        } finally {
            functions().wm_string_free(text);
        }
    }
}
