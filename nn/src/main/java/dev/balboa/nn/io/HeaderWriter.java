package dev.balboa.nn.io;

import dev.balboa.nn.op.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Composes the first part of a safetensors file: header length and header. */
final class HeaderWriter {
  private final StringBuilder json = new StringBuilder("{");
  private long offset;

  HeaderWriter(Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      return;
    }
    string(HeaderJson.METADATA);
    json.append(":{");
    metadata.forEach((key, value) -> {
      comma();
      string(key);
      json.append(':');
      string(value);
    });
    json.append('}');
  }

  /** Adds a tensor whose elements follow those of the one added before. */
  void add(String name, TensorSpec spec) {
    if (name.equals(HeaderJson.METADATA)) {
      throw new IllegalArgumentException(
          "safetensors: expected a tensor name other than " + HeaderJson.METADATA);
    }
    long end = Math.addExact(offset, spec.byteSize());
    comma();
    string(name);
    json.append(":{\"dtype\":\"").append(spec.dtype().name()).append("\",\"shape\":");
    json.append(spec.shape().toString().replace(" ", ""));
    json.append(",\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
    offset = end;
  }

  private void comma() {
    if (json.charAt(json.length() - 1) != '{') {
      json.append(',');
    }
  }

  private void string(String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  /** Header length and header, padded with spaces so that the elements start at a multiple of 8. */
  ByteBuffer bytes() {
    ByteBuffer text;
    try {
      text = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json + "}"));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "safetensors: expected names and metadata without unpaired surrogates", e);
    }
    int padded = Math.ceilDiv(text.remaining(), 8) * 8;
    if (padded > SafetensorsHeader.MAX_BYTES) {
      throw new IllegalArgumentException(
          "safetensors: expected a header of at most "
              + SafetensorsHeader.MAX_BYTES
              + " bytes, got "
              + padded);
    }
    ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(text);
    while (out.hasRemaining()) {
      out.put((byte) ' ');
    }
    return out.flip();
  }
}
