package dev.balboa.bench.onnxruntime;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A protocol-buffers message under construction, by field numbers. */
final class Message {
  private final ByteString.Output bytes = ByteString.newOutput();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  /** A write to the stream. */
  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }

  private Message write(Write write) {
    try {
      write.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Message integer(int field, long value) {
    return write(() -> out.writeInt64(field, value));
  }

  Message number(int field, float value) {
    return write(() -> out.writeFloat(field, value));
  }

  Message text(int field, String value) {
    return write(() -> out.writeString(field, value));
  }

  Message bytes(int field, ByteString value) {
    return write(() -> out.writeBytes(field, value));
  }

  Message message(int field, Message value) {
    return bytes(field, value.toBytes());
  }

  ByteString toBytes() {
    write(out::flush);
    return bytes.toByteString();
  }
}
