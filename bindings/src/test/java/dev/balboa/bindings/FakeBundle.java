package dev.balboa.bindings;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A bundle in memory that counts how often each file is read. */
final class FakeBundle implements NativeBundle {
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, AtomicInteger> opened = new ConcurrentHashMap<>();

  /** Adds a file; the manifest follows at the next {@link #seal}. */
  FakeBundle with(String file, byte[] content) {
    files.put(file, content.clone());
    return this;
  }

  /** Writes the manifest of the files added so far. */
  FakeBundle seal() {
    files.remove(MANIFEST);
    StringBuilder text = new StringBuilder("load.order=" + String.join(",", files.keySet()) + "\n");
    files.forEach((file, content) -> {
      String digest = HexFormat.of().formatHex(NativeManifest.sha256().digest(content));
      text.append(file).append(".sha256=").append(digest).append('\n');
      text.append(file).append(".bytes=").append(content.length).append('\n');
    });
    return with(MANIFEST, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Removes a file that the manifest goes on listing. */
  FakeBundle without(String file) {
    files.remove(file);
    return this;
  }

  int timesOpened(String file) {
    return opened.getOrDefault(file, new AtomicInteger()).get();
  }

  @Override
  public Optional<InputStream> open(String file) {
    opened.computeIfAbsent(file, _ -> new AtomicInteger()).incrementAndGet();
    return Optional.ofNullable(files.get(file)).map(ByteArrayInputStream::new);
  }

  @Override
  public String describe() {
    return "fake bundle /";
  }
}
