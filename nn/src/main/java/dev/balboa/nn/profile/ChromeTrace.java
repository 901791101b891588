package dev.balboa.nn.profile;

import dev.balboa.nn.io.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes the Trace Event Format (Google, "Trace Event Format", revision of 2016): complete events
 * ({@code "ph": "X"}) with times in microseconds, counters ({@code "C"}) and names ({@code "M"}).
 */
final class ChromeTrace {
  private ChromeTrace() {}

  static void write(Path file, List<TraceEvent> events) throws IOException {
    AtomicFile.write(
        file,
        channel -> {
          Writer out =
              new BufferedWriter(
                  new OutputStreamWriter(
                      Channels.newOutputStream(channel), StandardCharsets.UTF_8));
          out.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
          out.write(line(1, "forward"));
          out.write(",\n");
          out.write(line(2, "backward"));
          for (TraceEvent event : events) {
            out.write(",\n");
            out.write(complete(event));
            out.write(",\n");
            out.write(counter(event));
          }
          out.write("\n]}\n");
          out.flush();
        });
  }

  private static String line(int thread, String name) {
    return String.format(
        Locale.ROOT,
        "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"args\":{\"name\":\"%s\"}}",
        thread,
        name);
  }

  private static String complete(TraceEvent event) {
    boolean backward = event.origin().isBackward();
    StringBuilder args = new StringBuilder();
    args.append("\"layer\":").append(quote(event.origin().place()));
    if (event.origin().differentiated() != null) {
      args.append(",\"derivative of\":").append(quote(event.origin().differentiated().name()));
    }
    args.append(",\"operation\":").append(quote(event.op().toString()));
    args.append(",\"inputs\":").append(quote(event.inputs().toString()));
    return String.format(
        Locale.ROOT,
        "{\"name\":%s,\"cat\":\"%s\",\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
            + "\"args\":{%s}}",
        quote(event.op().name()),
        backward ? "backward" : "forward",
        backward ? 2 : 1,
        event.start() * 1e-3,
        event.nanos() * 1e-3,
        args);
  }

  private static String counter(TraceEvent event) {
    return String.format(
        Locale.ROOT,
        "{\"name\":\"off-heap bytes\",\"ph\":\"C\",\"pid\":1,\"ts\":%.3f,\"args\":{\"live\":%d}}",
        (event.start() + event.nanos()) * 1e-3,
        event.liveBytes());
  }

  /** A JSON string. */
  private static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
