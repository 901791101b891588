package dev.balboa.nn.backend;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An operation ready to run on inputs of fixed specs and layouts.
 *
 * <p>Thread rule: immutable as seen from outside; several threads may run it at once.
 */
public interface Prepared extends AutoCloseable {
  /**
   * The layouts of the outputs, in order; an output needs {@link Layout.Opaque#byteSize} or what
   * its strides reach.
   */
  List<Layout> outputLayouts();

  /** Bytes of 64-byte-aligned scratch memory that every run needs; 0 for none. */
  default long scratchBytes() {
    return 0;
  }

  /**
   * Runs once. The caller has acquired every block; storages may start at any offset. Outputs do
   * not overlap inputs, except that in-place operations write their first inputs, and where the
   * operation {@linkplain #overwrites overwrites} one.
   *
   * @param scratch at least {@link #scratchBytes} bytes, contents undefined; {@code
   *     MemorySegment.NULL} if none is needed
   * @throws IllegalArgumentException for data that the operation refuses, such as a label out of
   *     range
   */
  void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch);

  /**
   * The operation on memory that stays where it is, as in a planned program. As {@link #run}, over
   * and over.
   *
   * @param scratch as in {@link #run}; stays reserved for the bound operation while that runs
   */
  default Bound bind(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
    return () -> run(inputs, outputs, scratch);
  }

  /**
   * The layouts in which the operation would have liked its inputs; from others it makes copies at
   * every run. Empty if they are as it likes them.
   */
  default List<Layout> preferredLayouts() {
    return List.of();
  }

  /**
   * The layouts of all inputs that would make the operation faster if those of parameters seldom
   * changed, though copying these at every run would not pay: packed weights. Empty if there are
   * none.
   */
  default List<Layout> packedLayouts() {
    return List.of();
  }

  /**
   * Whether output 0 may take the place of this input, if both have the same spec and layout: each
   * element is read before, and for nothing but, the element that replaces it.
   */
  default boolean overwrites(int input) {
    return false;
  }

  /** Who computes it, and why, where the backend had a choice; else empty. */
  default String route() {
    return "";
  }

  /** Frees native handles. The owner calls it once, when no run is under way. */
  @Override
  default void close() {}
}
