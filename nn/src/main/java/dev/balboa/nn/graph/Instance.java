package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Bound;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.exec.HostFunction;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The steps of a program bound to memory: one arena, and whatever the instances of the program
 * share. A run is a loop over bound calls.
 *
 * <p>Thread rule: one run at a time; a second one is refused.
 */
final class Instance implements AutoCloseable {
  private final Block arena;
  private final Bound[] calls;
  private final MemorySegment[] arguments;
  private final MemorySegment[] results;
  private final TensorSpec[] argumentSpecs;
  private final TensorSpec[] resultSpecs;
  private final Block[] held;
  private final Block[] written;
  private final AtomicBoolean busy = new AtomicBoolean();

  /** Takes over {@code arena}; {@code packed} stays the caller's. */
  Instance(Program program, Block arena, Block packed) {
    this.arena = arena;
    this.held = program.held().toArray(Block[]::new);
    this.written = program.written().toArray(Block[]::new);
    this.arguments = segments(program.arguments(), arena, packed);
    this.results = segments(program.results(), arena, packed);
    this.argumentSpecs = specs(program.arguments());
    this.resultSpecs = specs(program.results());
    this.calls = bind(program.main(), arena, packed);
  }

  private static TensorSpec[] specs(List<Place> places) {
    return places.stream().map(Place::spec).toArray(TensorSpec[]::new);
  }

  /** Binds each step; nothing stays bound if one fails. */
  static Bound[] bind(List<Step> steps, Block arena, Block packed) {
    Bound[] calls = new Bound[steps.size()];
    boolean done = false;
    try {
      for (int i = 0; i < calls.length; i++) {
        calls[i] = bind(steps.get(i), arena, packed);
      }
      done = true;
      return calls;
    } finally {
      for (int i = 0; i < calls.length && !done && calls[i] != null; i++) {
        calls[i].close();
      }
    }
  }

  private static Bound bind(Step step, Block arena, Block packed) {
    return switch (step.call()) {
      case Step.Java(HostFunction function) -> {
        MemorySegment[] in = segments(step.inputs(), arena, packed);
        MemorySegment[] out = segments(step.outputs(), arena, packed);
        yield () -> function.run(in, out);
      }
      case Step.Native(var prepared) -> bind(prepared, step, arena, packed);
      case Step.Chained(var prepared, _) -> bind(prepared, step, arena, packed);
    };
  }

  private static Bound bind(Prepared prepared, Step step, Block arena, Block packed) {
    MemorySegment scratch =
        step.scratch() == null
            ? MemorySegment.NULL
            : block(step.scratch(), arena, packed)
                .segment()
                .asSlice(step.scratch().offset, step.scratch().bytes);
    return prepared.bind(
        storages(step.inputs(), arena, packed), storages(step.outputs(), arena, packed), scratch);
  }

  private static Block block(Buffer buffer, Block arena, Block packed) {
    return switch (buffer.home) {
      case ARENA -> arena;
      case PACKED -> packed;
      case HELD -> buffer.block;
    };
  }

  private static Storage storage(Place place, Block arena, Block packed) {
    Block block = block(place.buffer(), arena, packed);
    return new Storage(block, place.buffer().offset + place.offset(), place.layout());
  }

  private static Storage[] storages(List<Place> places, Block arena, Block packed) {
    return places.stream().map(p -> storage(p, arena, packed)).toArray(Storage[]::new);
  }

  private static MemorySegment[] segments(List<Place> places, Block arena, Block packed) {
    return places.stream()
        .map(p -> storage(p, arena, packed).segment().asSlice(0, p.spec().byteSize()))
        .toArray(MemorySegment[]::new);
  }

  /**
   * Copies the arguments in, runs every step, copies the results out. If a step throws, the steps
   * before it have been done.
   *
   * @param in dense tensors of the arguments' specs, or smaller ones, which are padded with zeros
   * @param out dense tensors of the results' specs, or smaller ones, for what they have room for;
   *     {@code null} to leave the results alone
   * @param times told of every step's time; {@code null} for none
   * @throws IllegalStateException if it is running on another thread, or memory is closed
   */
  void run(Tensor[] in, Tensor[] out, StepTimes times) {
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "captured program: this instance is running on another thread, or is closed");
    }
    int acquired = 0;
    try {
      for (; acquired < held.length; acquired++) {
        held[acquired].acquire();
      }
      for (int i = 0; i < arguments.length; i++) {
        copy(in[i], arguments[i], argumentSpecs[i], true);
      }
      call(times);
      for (int i = 0; out != null && i < results.length; i++) {
        copy(out[i], results[i], resultSpecs[i], false);
      }
    } finally {
      for (int i = 0; acquired == held.length && i < written.length; i++) {
        written[i].bumpVersion();
      }
      while (--acquired >= 0) {
        held[acquired].release();
      }
      busy.set(false);
    }
  }

  private void call(StepTimes times) {
    if (times == null) {
      for (Bound call : calls) {
        call.run();
      }
      return;
    }
    for (int i = 0; i < calls.length; i++) {
      long start = System.nanoTime();
      calls[i].run();
      times.add(i, start, System.nanoTime());
    }
  }

  /** Between a dense tensor and a place of the program. */
  private static void copy(Tensor tensor, MemorySegment place, TensorSpec spec, boolean in) {
    Storage storage = ((ArrayValue) Gradients.withoutHistory(tensor.value())).storage();
    Block block = storage.block();
    block.acquire();
    try {
      MemorySegment own = block.segment();
      if (!tensor.spec().equals(spec)) {
        corner(own.asSlice(storage.offset(), tensor.spec().byteSize()), tensor, place, spec, in);
      } else if (in) {
        MemorySegment.copy(own, storage.offset(), place, 0, place.byteSize());
      } else {
        MemorySegment.copy(place, 0, own, storage.offset(), place.byteSize());
      }
    } finally {
      block.release();
    }
  }

  private static void corner(
      MemorySegment own, Tensor tensor, MemorySegment place, TensorSpec spec, boolean in) {
    long bytes = spec.dtype().bytes();
    if (in) {
      Corner.copy(own, tensor.shape(), place, spec.shape(), bytes);
    } else {
      Corner.copy(place, spec.shape(), own, tensor.shape(), bytes);
    }
  }

  /**
   * Frees the arena.
   *
   * @throws IllegalStateException if it is running
   */
  @Override
  public void close() {
    if (!busy.compareAndSet(false, true)) {
      if (!arena.isAlive()) {
        return;
      }
      throw new IllegalStateException("captured program: it is running and cannot be closed");
    }
    for (Bound call : calls) {
      call.close();
    }
    arena.close();
  }
}
