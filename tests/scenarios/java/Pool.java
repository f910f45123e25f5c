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

/** Rounds of requests: which client does them, for how long it lives, and what becomes of the body. */
final class Pool {
    private static final List<Object> FORGOTTEN = new ArrayList<>();

    interface User {
        void use(String url, String body) throws Exception;
    }

    static void urlConnection(String url, String body) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setConnectTimeout(5000);
        connection.setReadTimeout(10000);
        if (Plan.text("keep_alive", "on").equals("off")) connection.setRequestProperty("Connection", "close");
        connection.setRequestMethod(Plan.text("method", "GET"));
        InputStream stream = connection.getInputStream();
        take(connection, stream, body);
        if (body.equals("close")) connection.disconnect();
    }

    static User httpClient() {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
        return (url, body) -> {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            take(response, response.body(), body);
        };
    }

    static void take(Object response, InputStream stream, String body) throws Exception {
        if (body.equals("leak")) {
            FORGOTTEN.add(response);
            FORGOTTEN.add(stream);
            return;
        }
        if (!body.equals("close")) stream.readAllBytes();
        stream.close();
    }

    public static void main(String[] arguments) throws Exception {
        // HttpURLConnection keeps as many idle connections as this says.
        System.setProperty("http.maxConnections", Plan.text("idle_limit", "5"));
        boolean url = Plan.text("library", "").equals("url");
        User shared = url ? Pool::urlConnection : httpClient();
        for (int round = 0; round < Plan.number("rounds", 30); round++) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < Plan.number("workers", 1); i++) {
                Thread thread = new Thread(() -> one(Plan.text("client_per", "").equals("request") ? httpClient() : shared));
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) thread.join();
            Thread.sleep(Plan.milliseconds("pause"));
        }
        Plan.say("began", Plan.now(), "leaked", FORGOTTEN.size() / 2, "requests", Plan.number("rounds", 30) * Plan.number("workers", 1));
        while (Plan.text("stay", "").equals("yes")) {
            if (!Plan.text("after", "").isEmpty()) shared.use(Plan.text("after", ""), "read");
            Thread.sleep(1000);
        }
        System.exit(0);
    }

    static void one(User user) {
        try {
            user.use(Plan.text("url", ""), Plan.text("body", ""));
        } catch (Exception error) {
            System.err.println(error);
        }
    }
}
