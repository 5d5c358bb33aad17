package waymark;

import java.nio.file.Path;

/** How a store is opened: {@link Device#open}. */
public final class Options extends Part {
    /** The directory of the store; made when it is not there. Each person has one of their own. */
    public Options(Path dir) {
        put("dir", dir.toString());
    }

    /** The key that the store is sealed under, 32 bytes, from the phone's key store. Without it everything lies there in the clear. */
    public Options key(byte[] key) {
        StringBuilder digits = new StringBuilder();
        for (byte one : key) {
            digits.append(String.format("%02x", one));
        }
        put("key", digits.toString());
        return this;
    }

    /** The server's address, such as https://waymark.example; kept once given. */
    public Options server(String server) {
        put("server", server);
        return this;
    }

    /** What the list of devices calls this phone; kept once given. */
    public Options name(String name) {
        put("name", name);
        return this;
    }

    /** The certificates that may have signed the server's, as PEM; given at every open on Android. */
    public Options roots(String pem) {
        put("roots", pem);
        return this;
    }
}
