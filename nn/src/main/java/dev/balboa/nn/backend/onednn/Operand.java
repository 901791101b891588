package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.MemoryDesc;

/**
 * Where a step of a {@link Plan} finds a buffer: input or output {@code index} of the operation, or
 * scratch memory at byte {@code index}.
 */
record Operand(Place place, long index, MemoryDesc md) {
  enum Place {
    INPUT,
    OUTPUT,
    SCRATCH
  }

  /** The same place, described in another way. */
  Operand at(MemoryDesc other) {
    return new Operand(place, index, other);
  }

  /** The same description at another place. */
  Operand at(Operand other) {
    return new Operand(other.place, other.index, md);
  }
}
