import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** What a scenario is told (environment variable PLAN, one key=value a line) and what it tells (a line of JSON). */
final class Plan {
    private static final Map<String, String> VALUES = new TreeMap<>();
    private static final Map<String, Object> SAID = new LinkedHashMap<>();

    static {
        System.getenv().getOrDefault("PLAN", "").lines().filter(line -> line.contains("=")).forEach(line -> {
            int at = line.indexOf('=');
            VALUES.put(line.substring(0, at), line.substring(at + 1));
        });
    }

    static String text(String key, String fallback) {
        return VALUES.getOrDefault(key, fallback);
    }

    static int number(String key, int fallback) {
        return Integer.parseInt(text(key, "" + fallback));
    }

    /** 0 where the plan sets none: what java.net takes for "no limit". */
    static int milliseconds(String key) {
        return (int) (Double.parseDouble(text(key, "0")) * 1000);
    }

    static double now() {
        return System.nanoTime() / 1e9; // CLOCK_MONOTONIC
    }

    static synchronized void say(Object... facts) {
        for (int i = 0; i < facts.length; i += 2) SAID.put((String) facts[i], facts[i + 1]);
        StringBuilder line = new StringBuilder("{\"pid\":" + ProcessHandle.current().pid() + ",\"facts\":{");
        String comma = "";
        for (Map.Entry<String, Object> fact : SAID.entrySet()) {
            line.append(comma).append('"').append(fact.getKey()).append("\":").append(fact.getValue());
            comma = ",";
        }
        System.out.println(line.append("}}"));
    }

    static SSLContext trust() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (FileInputStream pem = new FileInputStream(System.getenv("SCENARIOS_CERTIFICATE"))) {
            store.setCertificateEntry("scenarios", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        return context;
    }

    /** Says how many workers wait, and since when, as the last of them arrives. */
    static final class Barrier {
        private final AtomicInteger left;
        private final int count;

        Barrier(int count) {
            this.left = new AtomicInteger(count);
            this.count = count;
        }

        void arrive() {
            if (left.decrementAndGet() == 0) say("waiting", count, "began", now());
        }
    }
}
