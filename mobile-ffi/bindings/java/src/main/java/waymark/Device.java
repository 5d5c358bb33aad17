package waymark;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One person's enrolment on one phone: a store that is open. Each person has a store, a key and a device of their own.
 *
 * <p>Safe from any thread, as the library is. Does not hold a lock, and does not repeat a call by itself.
 */
public final class Device implements AutoCloseable {
    private static final int CLOSED = 5;
    private static final int SIGNATURE_BYTES = 64;
    private static final int BOOT_BYTES = 16;

    private final long handle;

    /** The library calls them until the store is closed: they must live as long. */
    private final List<Object> callbacks = Collections.synchronizedList(new ArrayList<>());

    private Device(long handle) {
        this.handle = handle;
    }

    /** Opens or creates a store, and verifies its log. Uses no network. */
    public static Device open(Options options) {
        LongByReference place = new LongByReference();
        Native.must(Native.functions().wm_open(Native.bytes(options.json()), place));
        return new Device(place.getValue());
    }

    /** The version of the library. */
    public static String version() {
        return Native.functions().wm_version();
    }

    /** Closes the store: ends what uses the network, and waits for the calls that run. Once it is closed, does nothing. */
    @Override
    public void close() {
        int status = Native.functions().wm_close(handle);
        if (status != CLOSED) {
            Native.must(status);
            callbacks.clear();
        }
    }

    /** Makes this device known to the server with a one-time code, under the name of its options. Uses the network. */
    public Answer enrol(String code) {
        return Native.ask(new Enrol(code).json(), (request, place) -> Native.functions().wm_enrol(handle, request, place));
    }

    /** Does what a person does; saved when this returns. Uses no network. */
    public Answer execute(Command command) {
        return Native.ask(command.json(), (request, place) -> Native.functions().wm_execute(handle, request, place));
    }

    /** Answers from what this device holds. Uses no network. */
    public Answer query(Query query) {
        return Native.ask(query.json(), (request, place) -> Native.functions().wm_query(handle, request, place));
    }

    /** Synchronises once, within 30 seconds. Uses the network; {@link WaymarkException.LaterProblem} without signal. */
    public Answer sync() {
        return sync(new Bounds(30_000));
    }

    /** Synchronises once within so many milliseconds. */
    public Answer sync(long maxMs) {
        return sync(new Bounds(maxMs));
    }

    private Answer sync(Bounds bounds) {
        return Native.ask(bounds.json(), (request, place) -> Native.functions().wm_sync(handle, request, place));
    }

    /** Asks the central record whether somebody was referred before. Uses the network. */
    public Answer check(PriorCheck whom) {
        return Native.ask(whom.json(), (request, place) -> Native.functions().wm_check(handle, request, place));
    }

    /** Leaves this phone for good: the key of the store goes first. Refused while entries or drafts wait. */
    public Answer logout() {
        return Native.ask("{}", (request, place) -> Native.functions().wm_logout(handle, request, place));
    }

    /** Ends a synchronisation, an enrolment or a look-up that runs in another thread. */
    public void cancel() {
        Native.must(Native.functions().wm_cancel(handle));
    }

    /** Seals the store with another key from now on: 32 bytes. */
    public void rekey(byte[] key) {
        Native.must(Native.functions().wm_rekey(handle, key, new Native.Size(key.length)));
    }

    /** Signs with the phone's own P-256 key; {@code sign} gives r and s as 64 bytes. What it throws is a failure to sign. */
    public void setSigner(byte[] publicKey, UnaryOperator<byte[]> sign) {
        Native.Sign called = (context, message, length, signature) -> {
            try {
                byte[] signed = sign.apply(message.getByteArray(0, length.intValue()));
                if (signed.length != SIGNATURE_BYTES) {
                    return 1;
                }
                signature.write(0, signed, 0, SIGNATURE_BYTES);
                return 0;
            } catch (RuntimeException failed) {
                return 1;
            }
        };
        Native.Size length = new Native.Size(publicKey.length);
        Native.must(Native.functions().wm_set_signer(handle, publicKey, length, kept(called), null));
    }

    /** Notes in the phone's own place what was saved. What either throws is a place that cannot be written or read. */
    public void setAnchor(Consumer<String> save, Supplier<String> load) {
        Native.AnchorSave saves = (context, mark) -> {
            try {
                save.accept(Native.read(mark));
                return 0;
            } catch (RuntimeException failed) {
                return 1;
            }
        };
        Native.AnchorLoad loads = (context, place, size) -> new Native.Size(written(load, place, size.longValue()));
        Native.must(Native.functions().wm_set_anchor(handle, kept(saves), kept(loads), null));
    }

    private static long written(Supplier<String> load, Pointer place, long size) {
        try {
            String mark = load.get();
            byte[] bytes = mark == null ? new byte[0] : mark.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > size) {
                return 0;
            }
            place.write(0, bytes, 0, bytes.length);
            return bytes.length;
        } catch (RuntimeException failed) {
            return 0;
        }
    }

    /** Boot (16 bytes) and uptime in milliseconds, also while the phone slept. */
    public static final class Uptime {
        private final byte[] boot;
        private final long ms;

        /** Of a start that is others' after every start. */
        public Uptime(byte[] boot, long ms) {
            this.boot = boot.clone();
            this.ms = ms;
        }
    }

    /** Asks the phone for boot and uptime; when it throws, the system's are used. */
    public void setClock(Supplier<Uptime> uptime) {
        Native.Uptime called = (context, boot, uptimeMs) -> {
            try {
                Uptime told = uptime.get();
                if (told.boot.length != BOOT_BYTES) {
                    return 1;
                }
                boot.write(0, told.boot, 0, BOOT_BYTES);
                uptimeMs.setLong(0, told.ms);
                return 0;
            } catch (RuntimeException failed) {
                return 1;
            }
        };
        Native.must(Native.functions().wm_set_clock(handle, kept(called), null));
    }

    /** Tells what happens while a synchronisation runs, on the thread that called it; or nobody, for null. It must not call this device. */
    public void onEvent(Consumer<Answer> told) {
        Native.Event called = told == null ? null : kept((Native.Event) (context, event) -> told.accept(new Answer(Json.object(Native.read(event)))));
        Native.must(Native.functions().wm_on_event(handle, called, null));
    }

    private <T> T kept(T callback) {
        callbacks.add(callback);
        return callback;
    }

    private static final class Enrol extends Part {
        Enrol(String code) {
            put("code", code);
        }
    }

    private static final class Bounds extends Part {
        Bounds(long maxMs) {
            put("max_ms", maxMs);
        }
    }
}
