package dev.balboa.report;

import com.google.protobuf.CodedOutputStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

/**
 * TensorFlow's messages {@code Event} and {@code Summary} (event.proto, summary.proto) as bytes.
 * Field numbers are theirs.
 */
final class Events {
  private static final int DT_STRING = 7;
  private static final int DATA_CLASS_TENSOR = 2;
  private static final int COLOR_SPACE_RGB = 3;
  private static final int SESSION_START = 1;

  private Events() {}

  /** Writes the fields of one message. */
  @FunctionalInterface
  interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not from memory
    }
    return bytes.toByteArray();
  }

  private static byte[] event(double wallTime, long step, Fields what) {
    return message(out -> {
      out.writeDouble(1, wallTime);
      out.writeInt64(2, step);
      what.write(out);
    });
  }

  /** What a file begins with. */
  static byte[] version(double wallTime) {
    return event(wallTime, 0, out -> out.writeString(3, "brain.Event:2"));
  }

  /** A run goes on at a step: what an earlier file says of it and later ones is void. */
  static byte[] resumed(double wallTime, long step) {
    byte[] log = message(out -> out.writeEnum(1, SESSION_START));
    return event(wallTime, step, out -> out.writeByteArray(7, log));
  }

  private static byte[] summary(double wallTime, long step, String tag, Fields value) {
    byte[] tagged =
        message(out -> {
          out.writeString(1, tag);
          value.write(out);
        });
    byte[] summary = message(out -> out.writeByteArray(1, tagged));
    return event(wallTime, step, out -> out.writeByteArray(5, summary));
  }

  static byte[] scalar(double wallTime, long step, String tag, double value) {
    return summary(wallTime, step, tag, out -> out.writeFloat(2, (float) value));
  }

  static byte[] histogram(double wallTime, long step, String tag, Histogram histogram) {
    byte[] limits = packed(histogram.limits());
    byte[] counts = packed(histogram.counts());
    byte[] bytes =
        message(out -> {
          out.writeDouble(1, histogram.min());
          out.writeDouble(2, histogram.max());
          out.writeDouble(3, histogram.count());
          out.writeDouble(4, histogram.sum());
          out.writeDouble(5, histogram.sumOfSquares());
          out.writeByteArray(6, limits);
          out.writeByteArray(7, counts);
        });
    return summary(wallTime, step, tag, out -> out.writeByteArray(5, bytes));
  }

  private static byte[] packed(double[] values) {
    return message(out -> {
      for (double value : values) {
        out.writeDoubleNoTag(value);
      }
    });
  }

  static byte[] image(double wallTime, long step, String tag, BufferedImage image) {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not to memory
    }
    byte[] bytes =
        message(out -> {
          out.writeInt32(1, image.getHeight());
          out.writeInt32(2, image.getWidth());
          out.writeInt32(3, COLOR_SPACE_RGB);
          out.writeByteArray(4, png.toByteArray());
        });
    return summary(wallTime, step, tag, out -> out.writeByteArray(4, bytes));
  }

  /** A tensor of one string, for the plugin that shows Markdown. */
  static byte[] text(double wallTime, long step, String tag, String markdown) {
    byte[] plugin = message(out -> out.writeString(1, "text"));
    byte[] metadata =
        message(out -> {
          out.writeByteArray(1, plugin);
          out.writeEnum(4, DATA_CLASS_TENSOR);
        });
    byte[] dimension = message(out -> out.writeInt64(1, 1));
    byte[] shape = message(out -> out.writeByteArray(2, dimension));
    byte[] tensor =
        message(out -> {
          out.writeEnum(1, DT_STRING);
          out.writeByteArray(2, shape);
          out.writeByteArray(8, markdown.getBytes(StandardCharsets.UTF_8));
        });
    return summary(
        wallTime,
        step,
        tag,
        out -> {
          out.writeByteArray(9, metadata);
          out.writeByteArray(8, tensor);
        });
  }
}
