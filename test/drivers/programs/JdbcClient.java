// MariaDB Connector/J: a query, a prepared statement of the server, and Statement.cancel() from another thread.
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

class JdbcClient {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:mariadb://" + env("HOST") + ":" + env("PORT") + "/" + env("SCHEMA") + "?useServerPrepStmts=true";
    try (Connection connection = DriverManager.getConnection(url, env("USER_NAME"), env("PASSWORD"));
        Statement statement = connection.createStatement()) {
      ResultSet row = statement.executeQuery("SELECT 40 + 2, 'nämé'");
      row.next();
      say("query " + row.getInt(1) + " " + row.getString(2));

      try (PreparedStatement prepared = connection.prepareStatement("SELECT ? + ?")) {
        prepared.setInt(1, 40);
        prepared.setInt(2, 2);
        ResultSet sum = prepared.executeQuery();
        sum.next();
        say("prepared " + sum.getInt(1));
      }

      Thread canceller = new Thread(() -> cancel(statement));
      canceller.start();
      try {
        statement.executeQuery(env("LONG_STATEMENT"));
        say("not cancelled");
      } catch (SQLException error) {
        say("cancelled " + error.getErrorCode());
      }
      canceller.join();
      ResultSet after = statement.executeQuery("SELECT 1");
      after.next();
      say("after " + after.getInt(1));
    }
  }

  private static void cancel(Statement statement) {
    try {
      System.in.read();
      statement.cancel();
    } catch (Exception error) {
      say("cancel failed: " + error);
    }
  }

  private static String env(String name) {
    return System.getenv(name);
  }

  private static void say(String line) {
    try {
      System.out.write((line + "\n").getBytes("UTF-8"));
      System.out.flush();
    } catch (java.io.IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }
}
