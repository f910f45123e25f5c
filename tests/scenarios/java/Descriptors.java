import java.io.FileInputStream;
import java.net.DatagramSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Files and sockets that are opened and forgotten, or closed as they should be. */
final class Descriptors {
    private static final List<Object> KEPT = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < Plan.number("count", 60); i++) {
            open(Plan.text("kind", "file"));
            Thread.sleep(Plan.milliseconds("pause"));
        }
        Plan.say("began", Plan.now(), "leaked", KEPT.size());
        while (Plan.text("stay", "").equals("yes")) Thread.sleep(1000);
    }

    static void open(String kind) throws Exception {
        switch (kind) {
            case "file":
                KEPT.add(new FileInputStream("/etc/hostname"));
                break;
            case "udp":
                KEPT.add(new DatagramSocket());
                break;
            case "close_wait":
                String[] address = Plan.text("address", "").split(":");
                Socket socket = new Socket(address[0], Integer.parseInt(address[1]));
                socket.getOutputStream().write("GET /hangup/200 HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
                socket.setSoTimeout(2000);
                socket.getInputStream().readAllBytes();
                KEPT.add(socket);
                break;
            default:
                try (FileInputStream file = new FileInputStream("/etc/hostname")) {
                    file.read();
                }
        }
    }
}
