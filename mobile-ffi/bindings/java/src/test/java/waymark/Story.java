package waymark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Two days with Waymark in Java, beside a real server: an officer refers without signal, and the service takes it on.
 *
 * <p>Run by tests/tests/bindings.rs, which starts the server and gives its address and the codes. A program of its own, so that
 * nothing but JNA is needed. Does not test what the library tests itself.
 */
public final class Story {
    private static final String SERVER = System.getenv("WAYMARK_SERVER");

    /** Nobody listens there: a phone without signal, but told at once. */
    private static final String NOWHERE = "http://127.0.0.1:9";

    private final Path folder;

    private Story(Path folder) {
        this.folder = folder;
    }

    /** Plays everything; ends with an error at the first thing that is not as it must be. */
    public static void main(String[] words) throws IOException {
        Story story = new Story(Files.createTempDirectory(Path.of(words[0]), "java"));
        story.aReferralMadeWithoutSignalIsTakenOnAndTheOfficerReadsSo();
        story.whatTheOneBeforeRecordedIsSentWhileTheNextUsesThePhone();
        story.aProblemNamesTheFieldAndAClosedStoreIsTold();
        story.thePhonesOwnPlaceAndClockAreAskedAndWhatTheyThrowIsNoCrash();
        story.aCallFromInsideACallbackIsRefused();
        story.aTextComesBackAsItWasWritten();
        System.out.println("all of it is as it must be");
    }

    private void aReferralMadeWithoutSignalIsTakenOnAndTheOfficerReadsSo() {
        Phone kaur = enrolled("KAUR");
        Phone reid = enrolled("REID");
        String record;
        try (Device device = kaur.open(NOWHERE)) {
            record = device.execute(referral("Harrow")).text("record");
            WaymarkException.LaterProblem nobody = thrown(WaymarkException.LaterProblem.class, device::sync);
            same("connection_refused", nobody.code());
            check(nobody.afterMs() > 0, "it says when to try again");
            check(!device.query(new Queries.Status()).flag("synced"), "it waits");
        }
        try (Device device = kaur.open(SERVER)) {
            List<String> heard = new ArrayList<>();
            device.onEvent(event -> heard.add(event.text("event")));
            check(device.sync().flag("synced"), "it is sent");
            same(0L, device.query(new Queries.Status()).number("waiting"));
            check(heard.contains("progress"), "progress was told");
            device.onEvent(null);
        }
        try (Device device = reid.open(SERVER)) {
            device.sync();
            Answer page = device.query(new Queries.Referrals());
            same(record, page.objects("referrals").get(0).text("record"));
            device.execute(new Commands.Accept(record).asOf(page.text("as_of")));
            check(device.sync(20_000).flag("synced"), "the answer is sent");
        }
        try (Device device = kaur.open(SERVER)) {
            same("submitted", device.query(new Queries.Referral(record)).text("stage"));
            device.sync();
            same("accepted", device.query(new Queries.Referral(record)).text("stage"));
        }
    }

    private void whatTheOneBeforeRecordedIsSentWhileTheNextUsesThePhone() {
        Phone bell = enrolled("BELL");
        Phone obi = enrolled("OBI");
        try (Device device = bell.open(NOWHERE)) {
            device.execute(referral("Marsh"));
        }
        try (Device working = obi.open(SERVER); Device waiting = bell.open(SERVER)) {
            check(waiting.sync().flag("synced"), "what Bell recorded is sent");
            working.sync();
            check(working.query(new Queries.Referrals()).objects("referrals").isEmpty(), "it is not shown to Obi");
        }
        Options wrong = new Options(bell.store).key(obi.key);
        same("store_key_wrong", thrown(WaymarkException.CallerProblem.class, () -> Device.open(wrong)).code());
    }

    private void aProblemNamesTheFieldAndAClosedStoreIsTold() {
        Device device = Device.open(new Options(folder.resolve("faults")));
        WaymarkException.CallerProblem problem =
                thrown(WaymarkException.CallerProblem.class, () -> device.check(new PriorCheck("Harrow", "").born("x")));
        check(!problem.getMessage().contains("Harrow"), "a problem holds no name");
        device.close();
        device.close();
        same(5, thrown(WaymarkException.CallFault.class, () -> device.query(new Queries.Status())).status());
    }

    private void thePhonesOwnPlaceAndClockAreAskedAndWhatTheyThrowIsNoCrash() {
        AtomicReference<String> kept = new AtomicReference<>();
        try (Device device = Device.open(new Options(folder.resolve("anchored")))) {
            device.setAnchor(kept::set, kept::get);
            device.setClock(() -> new Device.Uptime(new byte[16], 1));
            same("saved", device.query(new Queries.Status()).text("anchor"));
            check(kept.get() != null, "the mark was given");
            device.setClock(() -> { throw new IllegalStateException("locked"); });
            device.setAnchor(mark -> { throw new IllegalStateException("locked"); }, () -> null);
            byte[] key = new byte[65];
            key[0] = 4;
            device.setSigner(key, message -> { throw new IllegalStateException("locked"); });
            same("was_missing", device.query(new Queries.Status()).text("anchor"));
        }
    }

    private void aCallFromInsideACallbackIsRefused() {
        AtomicReference<Integer> inside = new AtomicReference<>();
        try (Device device = Device.open(new Options(folder.resolve("inside")))) {
            device.setClock(() -> {
                inside.set(thrown(WaymarkException.CallFault.class, () -> device.query(new Queries.Status())).status());
                return new Device.Uptime(new byte[16], 1);
            });
            device.query(new Queries.Status());
        }
        same(7, inside.get());
    }

    private void aTextComesBackAsItWasWritten() {
        Phone phone = enrolled("ASH");
        String text = "Zoë \"Ash\" \\ /\n\t\u0001 ✓ 𝄞";
        try (Device device = phone.open(NOWHERE)) {
            device.execute(new Commands.DraftSave(java.util.Map.of("words", text, "many", 7), "form"));
            Answer draft = device.query(new Queries.Drafts()).objects("drafts").get(0).object("form");
            same(text, draft.text("words"));
            same(7L, draft.number("many"));
        }
    }

    private Phone enrolled(String name) {
        Phone phone = new Phone(folder.resolve(name), name);
        try (Device device = phone.open(SERVER)) {
            same("Phone of " + name, device.enrol(System.getenv("WAYMARK_CODE_" + name)).text("name"));
        }
        return phone;
    }

    /** One person's store on a phone, as an app keeps it: a directory and a key of their own. */
    private static final class Phone {
        private final Path store;
        private final String name;
        private final byte[] key = new byte[32];

        Phone(Path store, String name) {
            this.store = store;
            this.name = name;
            new SecureRandom().nextBytes(key);
        }

        Device open(String server) {
            return Device.open(new Options(store).key(key).server(server).name("Phone of " + name));
        }
    }

    /** The answers of an encounter at the roadside. */
    private static Commands.Refer referral(String family) {
        List<Parts.CheckAnswer> checks = new ArrayList<>();
        for (String kind : Arrays.asList("prior_referrals", "pnc")) {
            checks.add(new Parts.CheckAnswer("voice_radio", kind, "nothing_found"));
        }
        return new Commands.Refer("cannabis", family, "photo_document", new Parts.SafeNow(), new Parts.Signs())
                .given("Dean")
                .born("1987-04-12")
                .checks(checks)
                .ethnicity("NS")
                .agrees(new Parts.Agrees(Parts.Answer.YES))
                .consent(new Parts.Consent(Parts.YesNo.YES, Parts.YesNo.YES, "en", "v1"))
                .reach(new Parts.Reach().phone("07700 900101").may(List.of("text")));
    }

    private static <T extends WaymarkException> T thrown(Class<T> kind, Runnable call) {
        try {
            call.run();
        } catch (WaymarkException thrown) {
            return kind.cast(thrown);
        }
        throw new AssertionError("it was done");
    }

    private static void check(boolean is, String what) {
        if (!is) {
            throw new AssertionError(what + ": it is not so");
        }
    }

    private static void same(Object wanted, Object got) {
        check(wanted.equals(got), "wanted " + wanted + ", got " + got);
    }
}
