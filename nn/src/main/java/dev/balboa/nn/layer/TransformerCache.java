package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/**
 * What a stack of Transformer blocks remembers while it decodes: the keys and values of all
 * positions so far, and in a decoder those of the memory. Made by {@link TransformerEncoder#cache}
 * or {@link TransformerDecoder#cache}.
 *
 * <p>Ownership, errors and thread rule: as {@link KeyValueCache}.
 */
public final class TransformerCache implements AutoCloseable {
  private final List<KeyValueCache> self;
  private final List<KeyValueCache> memory;
  private Tensor memoryLengths;

  TransformerCache(List<KeyValueCache> self, List<KeyValueCache> memory, Tensor memoryLengths) {
    this.self = self;
    this.memory = memory;
    this.memoryLengths = memoryLengths == null ? null : memoryLengths.copy().keep();
  }

  KeyValueCache self(int layer) {
    return self.get(layer);
  }

  KeyValueCache memory(int layer) {
    return memory.get(layer);
  }

  AttentionMask memoryMask() {
    return memoryLengths == null ? AttentionMask.none() : AttentionMask.lengths(memoryLengths);
  }

  /** Checks that it is of a stack of so many layers, with a memory or without. */
  void requireFor(Layer stack, int layers, boolean hasMemory) {
    if (self.size() != layers || memory.isEmpty() == hasMemory) {
      throw new IllegalArgumentException(
          "%s: the cache was made by another stack, of %d layers".formatted(stack, self.size()));
    }
  }

  /** Positions decoded so far. */
  public long length() {
    return self.getFirst().length();
  }

  /** Positions that there is memory for. */
  public long capacity() {
    return self.getFirst().capacity();
  }

  /** Makes sequence {@code rows[i]} of now the i-th; see {@link KeyValueCache#reorder}. */
  public void reorder(int... rows) {
    self.forEach(c -> c.reorder(rows));
    memory.forEach(c -> c.reorder(rows));
    if (memoryLengths != null) {
      Tensor moved = memoryLengths.indexSelect(0, Tensor.of(rows));
      memoryLengths.close();
      memoryLengths = moved.keep();
    }
  }

  /** Forgets the positions from {@code positions} on. */
  public void truncate(long positions) {
    self.forEach(c -> c.truncate(positions));
  }

  /** Frees the memory. Closing twice is harmless. */
  @Override
  public void close() {
    self.forEach(KeyValueCache::close);
    memory.forEach(KeyValueCache::close);
    if (memoryLengths != null) {
      memoryLengths.close();
    }
  }

  /** Closes what was made if not all of it could be made. */
  static void closeAll(List<KeyValueCache> caches) {
    caches.forEach(KeyValueCache::close);
  }
}
