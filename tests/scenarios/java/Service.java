import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A small HTTP service on ServerSocket, a thread a connection. */
final class Service {
    private final Object stock = new Object();
    private final Object orders = new Object();

    public static void main(String[] arguments) throws Exception {
        new Service().run();
    }

    void run() throws Exception {
        ServerSocket server = new ServerSocket(0, Plan.number("backlog", 128), InetAddress.getByName("127.0.0.1"));
        int threads = Plan.number("threads", 0);
        ExecutorService pool = threads > 0 ? Executors.newFixedThreadPool(threads) : Executors.newCachedThreadPool();
        Plan.say("port", server.getLocalPort());
        if (Plan.milliseconds("stall") > 0) Thread.sleep(Plan.milliseconds("stall"));
        while (true) {
            Socket client = server.accept();
            client.setSoTimeout(Plan.milliseconds("timeout"));
            pool.execute(() -> serve(client));
        }
    }

    void serve(Socket client) {
        try (client) {
            BufferedReader reader = new BufferedReader(new InputStreamReader(client.getInputStream()));
            while (true) {
                String start = reader.readLine();
                if (start == null) return;
                int size = 0;
                boolean last = false;
                for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                    String lower = line.toLowerCase();
                    if (lower.startsWith("content-length:")) size = Integer.parseInt(lower.substring(15).trim());
                    last |= lower.equals("connection: close");
                }
                for (int read = 0; read < size; read++) if (reader.read() < 0) return;
                answer(start.split(" ")[1].split("/"));
                OutputStream out = client.getOutputStream();
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes());
                if (last) return;
            }
        } catch (IOException | InterruptedException error) {
            System.err.println(error);
        }
    }

    /** /buy and /sell take the two locks, in this order or in that: one of each at once, and both wait for ever. */
    void answer(String[] path) throws InterruptedException {
        String what = path.length > 1 ? path[1] : "";
        boolean ordered = Plan.text("ordered", "").equals("yes");
        if (what.equals("buy")) transfer(stock, orders);
        if (what.equals("sell")) transfer(ordered ? stock : orders, ordered ? orders : stock);
        if (what.equals("slow")) Thread.sleep((long) (Double.parseDouble(path[2]) * 1000));
    }

    void transfer(Object first, Object second) throws InterruptedException {
        synchronized (first) {
            Thread.sleep(500);
            synchronized (second) {
                Thread.sleep(1);
            }
        }
    }
}
