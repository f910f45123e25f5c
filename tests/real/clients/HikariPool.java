import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;

/** A pool of 20 connections of which three are used. */
final class HikariPool {
    public static void main(String[] arguments) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + arguments[0] + "/postgres?user=test&socketTimeout=60");
        config.setMaximumPoolSize(20);
        HikariDataSource pool = new HikariDataSource(config);
        for (int worker = 0; worker < 3; ++worker) new Thread(() -> work(pool)).start();
    }

    private static void work(HikariDataSource pool) {
        try {
            while (true) {
                try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
                    statement.execute("SELECT pg_sleep(0.2)");
                }
                Thread.sleep(2000);
            }
        } catch (Exception failure) {
            failure.printStackTrace();
            System.exit(1);
        }
    }
}
