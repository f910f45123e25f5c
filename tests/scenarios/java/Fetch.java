import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;

/** Workers that fetch one url with HttpURLConnection or HttpClient, with the limits that the plan sets. */
final class Fetch {
    interface Fetcher {
        void fetch(String url) throws Exception;
    }

    static Fetcher withUrlConnection() throws Exception {
        HttpsURLConnection.setDefaultSSLSocketFactory(Plan.trust().getSocketFactory());
        return url -> {
            HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
            connection.setConnectTimeout(Plan.milliseconds("dial_timeout"));
            connection.setReadTimeout(Plan.milliseconds("timeout"));
            try (InputStream body = connection.getInputStream()) {
                body.readAllBytes();
            }
        };
    }

    static Fetcher withHttpClient() throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().sslContext(Plan.trust());
        builder.version(Plan.text("protocol", "").equals("h2") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
        if (Plan.milliseconds("dial_timeout") > 0) {
            builder.connectTimeout(Duration.ofMillis(Plan.milliseconds("dial_timeout")));
        }
        HttpClient client = builder.build();
        return url -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
            if (Plan.milliseconds("timeout") > 0) request.timeout(Duration.ofMillis(Plan.milliseconds("timeout")));
            client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        };
    }

    public static void main(String[] arguments) throws Exception {
        Fetcher fetcher = Plan.text("library", "").equals("url") ? withUrlConnection() : withHttpClient();
        int workers = Plan.number("workers", 3);
        Plan.Barrier waiting = new Plan.Barrier(workers);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            Thread thread = new Thread(() -> work(fetcher, waiting));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) thread.join();
        Plan.say("done", true);
    }

    static void work(Fetcher fetcher, Plan.Barrier waiting) {
        try {
            for (int i = 0; i < Plan.number("warm", 0); i++) fetcher.fetch(Plan.text("warm_url", ""));
        } catch (Exception error) {
            System.err.println(error);
            System.exit(1);
        }
        waiting.arrive();
        for (int i = 0; i < Plan.number("attempts", 1); i++) {
            try {
                fetcher.fetch(Plan.text("url", ""));
            } catch (Exception error) {
                System.err.println(error);
            }
        }
    }
}
