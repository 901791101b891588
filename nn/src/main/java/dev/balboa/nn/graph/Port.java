package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Bound;
import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An argument or a result of an instance. The calls that touch it work on the caller's memory
 * itself where that is a dense tensor of the captured spec on a multiple of 64 bytes, and nothing
 * else in the program or in the run gets into its way; otherwise it is copied from the caller's
 * memory to the arena, or back.
 *
 * <p>A call for each run: {@link #enter}, {@link #settle}, {@link #copyIn} or {@link #copyOut},
 * {@link #leave}. Settling makes no object where the memory is that of the run before, and none
 * where it is all of another tensor's block.
 */
final class Port {
  private static final long ALIGNMENT = 64;

  /** A call that has this memory as an input or output, {@code offset} bytes from its start. */
  private record Touch(Bound.Movable call, boolean output, int index, long offset) {
    void move(MemorySegment memory) {
      MemorySegment at = offset == 0 ? memory : memory.asSlice(offset);
      if (output) {
        call.moveOutput(index, at);
      } else {
        call.moveInput(index, at);
      }
    }
  }

  private final Place place;

  /** Its memory in the arena. */
  private final MemorySegment own;

  /** The calls that touch it, in order; {@code null} if one of them has to find it in the arena. */
  private final Touch[] touches;

  /** What the calls are bound to, from this offset on: the caller's block, or {@code null}. */
  private Block bound;

  private long boundOffset;

  /** The caller's tensor of the run in progress; {@code null} if there is none. */
  private Tensor tensor;

  private Storage storage;
  private boolean direct;

  private Port(Place place, MemorySegment own, Touch[] touches) {
    this.place = place;
    this.own = own;
    this.touches = touches;
  }

  /** An argument is read where it is if no call writes there. */
  static Port argument(Program program, Place place, MemorySegment own, Bound[] calls) {
    Buffer buffer = place.buffer();
    boolean returned = program.results().stream().anyMatch(p -> p.buffer() == buffer);
    boolean written = program.main().stream().anyMatch(step -> writes(step, buffer));
    return new Port(place, own, returned || written ? null : touches(program, place, calls));
  }

  /** A result is written where it is wanted if its memory holds neither an argument nor another. */
  static Port result(Program program, Place place, MemorySegment own, Bound[] calls) {
    Buffer buffer = place.buffer();
    boolean argument = program.arguments().stream().anyMatch(p -> p.buffer() == buffer);
    boolean alone = program.results().stream().filter(p -> p.buffer() == buffer).count() == 1;
    return new Port(place, own, argument || !alone ? null : touches(program, place, calls));
  }

  private static boolean writes(Step step, Buffer buffer) {
    int mutated = step.op() instanceof InPlaceOp op ? op.mutated() : 0;
    return step.outputs().stream().anyMatch(p -> p.buffer() == buffer)
        || step.inputs().stream().limit(mutated).anyMatch(p -> p.buffer() == buffer);
  }

  private static Touch[] touches(Program program, Place place, Bound[] calls) {
    Buffer buffer = place.buffer();
    boolean whole = place.offset() == 0 && place.spec().byteSize() == buffer.bytes;
    if (buffer.home != Buffer.Home.ARENA || !whole) {
      return null;
    }
    List<Touch> touches = new ArrayList<>();
    for (int i = 0; i < calls.length; i++) {
      Step step = program.main().get(i);
      List<Place> all = new ArrayList<>(step.inputs());
      all.addAll(step.outputs());
      for (int j = 0; j < all.size(); j++) {
        if (all.get(j).buffer() == buffer) {
          if (!(calls[i] instanceof Bound.Movable call)) {
            return null;
          }
          boolean output = j >= step.inputs().size();
          int index = output ? j - step.inputs().size() : j;
          touches.add(new Touch(call, output, index, all.get(j).offset()));
        }
      }
    }
    return touches.toArray(Touch[]::new);
  }

  /**
   * Takes the caller's tensor for a run; its memory cannot be closed until {@link #leave}.
   *
   * @param dense dense; {@code null} for a result that nobody wants
   * @throws IllegalStateException if it is closed or belongs to another thread
   */
  void enter(Tensor dense) {
    if (dense != null) {
      Storage s = ((ArrayValue) Gradients.withoutHistory(dense.value())).storage();
      s.block().acquire();
      tensor = dense;
      storage = s;
    }
  }

  /** The caller's memory, {@code null} outside of runs and without any. */
  Block block() {
    return storage == null ? null : storage.block();
  }

  /**
   * Binds the calls to the caller's memory or to the arena.
   *
   * @param alone whether nothing in the run interferes with the caller's memory
   */
  void settle(boolean alone) {
    direct =
        alone
            && touches != null
            && storage != null
            && tensor.spec().equals(place.spec())
            && storage.address() % ALIGNMENT == 0;
    Block block = direct ? storage.block() : null;
    long offset = direct ? storage.offset() : 0;
    if (touches == null || (block == bound && offset == boundOffset)) {
      return;
    }
    MemorySegment memory = direct ? block.segment() : own;
    MemorySegment start = offset == 0 ? memory : memory.asSlice(offset);
    for (Touch touch : touches) {
      touch.move(start);
    }
    bound = block;
    boundOffset = offset;
  }

  /** Copies the caller's data to the arena, unless calls read it where it is. */
  void copyIn() {
    if (!direct) {
      copy(true);
    }
  }

  /**
   * Copies a result to the caller's memory, unless calls have written it there, if it is wanted.
   */
  void copyOut() {
    if (!direct && storage != null) {
      copy(false);
    }
  }

  private void copy(boolean in) {
    MemorySegment theirs = storage.block().segment();
    long offset = storage.offset();
    if (tensor.spec().equals(place.spec())) {
      if (in) {
        MemorySegment.copy(theirs, offset, own, 0, own.byteSize());
      } else {
        MemorySegment.copy(own, 0, theirs, offset, own.byteSize());
      }
      return;
    }
    MemorySegment smaller = theirs.asSlice(offset, tensor.spec().byteSize());
    long bytes = place.spec().dtype().bytes();
    if (in) {
      Corner.copy(smaller, tensor.shape(), own, place.spec().shape(), bytes);
    } else {
      Corner.copy(own, place.spec().shape(), smaller, tensor.shape(), bytes);
    }
  }

  /** Ends the run for the caller's memory. */
  void leave() {
    if (storage != null) {
      storage.block().release();
    }
    tensor = null;
    storage = null;
  }
}
