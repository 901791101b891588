package dev.balboa.nn.profile;

import dev.balboa.nn.io.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes profiles in the Trace Event Format (Google, "Trace Event Format", revision of 2016) that
 * chrome://tracing and Perfetto (ui.perfetto.dev) show: complete events ({@code "ph": "X"}) with
 * times in microseconds, counters ({@code "C"}) and names ({@code "M"}).
 */
public final class ChromeTrace {
  private final Writer out;
  private String separator = "\n";

  private ChromeTrace(Writer out) {
    this.out = out;
  }

  /**
   * The operations one by one, as far as they were kept: forward and backward passes on a line
   * each, with layer, inputs and memory in use.
   */
  public static void write(Path file, Profile profile) throws IOException {
    write(
        file,
        trace -> {
          trace.line(1, "forward");
          trace.line(2, "backward");
          for (TraceEvent event : profile.events()) {
            trace.operation(event);
          }
        });
  }

  /** The calls of a captured program, with bytes and shapes. */
  public static void write(Path file, dev.balboa.nn.graph.Profile profile) throws IOException {
    write(
        file,
        trace -> {
          trace.line(1, "captured program");
          for (dev.balboa.nn.graph.Profile.Line call : profile.lines()) {
            String args = "\"bytes\":" + call.bytes() + ",\"shapes\":" + quote(call.shapes());
            trace.complete(call.name(), "captured", 1, call.start(), call.nanos(), args);
          }
        });
  }

  private interface Body {
    void write(ChromeTrace trace) throws IOException;
  }

  private static void write(Path file, Body body) throws IOException {
    AtomicFile.write(
        file,
        channel -> {
          Writer out =
              new BufferedWriter(
                  new OutputStreamWriter(
                      Channels.newOutputStream(channel), StandardCharsets.UTF_8));
          out.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
          body.write(new ChromeTrace(out));
          out.write("\n]}\n");
          out.flush();
        });
  }

  private void event(String json) throws IOException {
    out.write(separator);
    out.write(json);
    separator = ",\n";
  }

  private void line(int thread, String name) throws IOException {
    event(
        String.format(
            Locale.ROOT,
            "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"args\":{\"name\":%s}}",
            thread,
            quote(name)));
  }

  private void complete(
      String name, String category, int thread, long start, long nanos, String args)
      throws IOException {
    event(
        String.format(
            Locale.ROOT,
            "{\"name\":%s,\"cat\":%s,\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
                + "\"args\":{%s}}",
            quote(name),
            quote(category),
            thread,
            start * 1e-3,
            nanos * 1e-3,
            args));
  }

  private void operation(TraceEvent event) throws IOException {
    boolean backward = event.origin().isBackward();
    StringBuilder args = new StringBuilder();
    args.append("\"layer\":").append(quote(event.origin().place()));
    if (event.origin().differentiated() != null) {
      args.append(",\"derivative of\":").append(quote(event.origin().differentiated().name()));
    }
    args.append(",\"operation\":").append(quote(event.op().toString()));
    args.append(",\"inputs\":").append(quote(event.inputs().toString()));
    complete(
        event.op().name(),
        backward ? "backward" : "forward",
        backward ? 2 : 1,
        event.start(),
        event.nanos(),
        args.toString());
    event(
        String.format(
            Locale.ROOT,
            "{\"name\":\"off-heap bytes\",\"ph\":\"C\",\"pid\":1,\"ts\":%.3f,\"args\":{\"live\":%d}}",
            (event.start() + event.nanos()) * 1e-3,
            event.liveBytes()));
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
