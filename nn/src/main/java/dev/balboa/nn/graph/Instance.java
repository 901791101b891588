package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Bound;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.exec.HostFunction;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The steps of a program bound to memory: one arena, and whatever the instances of the program
 * share. A run is a loop over bound calls.
 *
 * <p>Thread rule: one run at a time, which {@link Executable} sees to.
 */
final class Instance implements AutoCloseable {
  private final Block arena;
  private final Bound[] calls;
  private final Port[] arguments;
  private final Port[] results;
  private final Block[] held;
  private final Block[] written;

  /** Takes over {@code arena}; {@code packed} stays the caller's. */
  Instance(Program program, Block arena, Block packed) {
    this.arena = arena;
    this.held = program.held().toArray(Block[]::new);
    this.written = program.written().toArray(Block[]::new);
    this.calls = bind(program.main(), arena, packed);
    this.arguments =
        program.arguments().stream()
            .map(p -> Port.argument(program, p, segment(p, arena, packed), calls))
            .toArray(Port[]::new);
    this.results =
        program.results().stream()
            .map(p -> Port.result(program, p, segment(p, arena, packed), calls))
            .toArray(Port[]::new);
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
    return places.stream().map(p -> segment(p, arena, packed)).toArray(MemorySegment[]::new);
  }

  private static MemorySegment segment(Place place, Block arena, Block packed) {
    return storage(place, arena, packed).segment().asSlice(0, place.spec().byteSize());
  }

  /**
   * Runs every step on the arguments and results where they are, or where that cannot be, on
   * copies; see {@link Port}. If a step throws, the steps before it have been done, and results are
   * undefined.
   *
   * @param in dense tensors of the arguments' specs, or smaller ones, which are padded with zeros
   * @param out dense tensors of the results' specs, or smaller ones, for what they have room for;
   *     {@code null} to leave the results alone
   * @param times told of every step's time; {@code null} for none
   * @throws IllegalStateException if memory is closed
   */
  void run(Tensor[] in, Tensor[] out, StepTimes times) {
    int acquired = 0;
    try {
      for (; acquired < held.length; acquired++) {
        held[acquired].acquire();
      }
      enter(in, out);
      for (Port argument : arguments) {
        argument.copyIn();
      }
      call(times);
      for (Port result : results) {
        result.copyOut();
      }
    } finally {
      leave();
      for (int i = 0; acquired == held.length && i < written.length; i++) {
        written[i].bumpVersion();
      }
      while (--acquired >= 0) {
        held[acquired].release();
      }
    }
  }

  /** Takes the caller's tensors, and decides which are used where they are. */
  private void enter(Tensor[] in, Tensor[] out) {
    for (int i = 0; i < arguments.length; i++) {
      arguments[i].enter(in[i]);
    }
    for (int i = 0; i < results.length; i++) {
      results[i].enter(out == null ? null : out[i]);
    }
    for (Port argument : arguments) {
      argument.settle(!contains(written, argument.block()));
    }
    for (Port result : results) {
      Block block = result.block();
      boolean shared = contains(held, block);
      result.settle(!shared && uses(arguments, block) == 0 && uses(results, block) == 1);
    }
  }

  private static boolean contains(Block[] blocks, Block block) {
    for (Block b : blocks) {
      if (b == block) {
        return true;
      }
    }
    return false;
  }

  private static int uses(Port[] ports, Block block) {
    int count = 0;
    for (Port port : ports) {
      count += port.block() == block ? 1 : 0;
    }
    return count;
  }

  private void leave() {
    for (Port argument : arguments) {
      argument.leave();
    }
    for (Port result : results) {
      if (result.block() != null) {
        result.block().bumpVersion();
      }
      result.leave();
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

  /** Frees the arena; called when it does not run. */
  @Override
  public void close() {
    for (Bound call : calls) {
      call.close();
    }
    arena.close();
  }
}
