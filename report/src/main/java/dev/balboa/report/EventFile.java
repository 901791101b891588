package dev.balboa.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Records one after the other, as TensorFlow's {@code TFRecordWriter} writes them: the length as a
 * little-endian 64-bit number, the masked CRC-32C of those 8 bytes, the data, the masked CRC-32C of
 * the data. Every record is handed to the operating system whole, so that a reader sees whole ones.
 */
final class EventFile implements AutoCloseable {
  private static final int MASK = 0xa282ead8;

  private final FileChannel channel;

  /** Makes a new file; one of that name must not exist. */
  EventFile(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  void write(byte[] data) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), 0, 8));
    record.put(data);
    record.putInt(maskedCrc(data, 0, data.length));
    record.flip();
    while (record.hasRemaining()) {
      channel.write(record);
    }
  }

  /**
   * The checksum rotated and shifted, so that one of data that have checksums in them is still a
   * good one.
   */
  static int maskedCrc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
