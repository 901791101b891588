package dev.balboa.bench.probe;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Convolution;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.Eltwise;
import dev.balboa.bindings.ExecFrame;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.bindings.PlainCall;
import dev.balboa.bindings.Primitive;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.bindings.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a call of oneDNN costs more from Java than from C: the same primitive on the same memory in
 * the same process, called in turn from a loop in Java, as the native backend does it, and from one
 * in C. Arguments: the library balboa_bench_bridge, threads, seconds for each call.
 */
public final class BridgeProbe {
  private static final double TINY_LIMIT_NANOS = 60;
  private static final double LIMIT_PERCENT = 1;

  private static final Window WINDOW =
      Window.of(new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1});

  private final Path library;
  private final int threads;
  private final double seconds;

  private BridgeProbe(Path library, int threads, double seconds) {
    this.library = library;
    this.threads = threads;
    this.seconds = seconds;
  }

  /** Prints {@link Line}s. */
  public static void main(String[] arguments) {
    int threads = Integer.parseInt(arguments[1]);
    NativeThreads.configure(threads);
    BridgeProbe probe =
        new BridgeProbe(Path.of(arguments[0]), threads, Double.parseDouble(arguments[2]));
    probe.relu();
    probe.convolution(1);
    probe.convolution(32);
  }

  /** Sixteen elements on one thread: next to no work. */
  private void relu() {
    MemoryDesc md = MemoryDesc.contiguous(DataType.F32, 16);
    try (PrimitiveDesc relu =
        Eltwise.forward(
            PropKind.FORWARD_INFERENCE,
            AlgKind.ELTWISE_RELU,
            md,
            md,
            0,
            0,
            PrimitiveAttr.builder().threads(1).build())) {
      Pairs pairs = measure(relu, Arg.SRC, Arg.DST);
      print("relu-16", pairs);
      System.out.println(
          new Line(
              "bridge.relu-16.overhead", pairs.medianDifference(1, 0), "ns", TINY_LIMIT_NANOS));
    }
  }

  /** The second convolution of the measured network. */
  private void convolution(int batch) {
    try (PrimitiveDesc conv =
        Convolution.forward(
            PropKind.FORWARD_INFERENCE,
            AlgKind.CONVOLUTION_DIRECT,
            MemoryDesc.any(DataType.F32, batch, 32, 14, 14),
            MemoryDesc.any(DataType.F32, 64, 32, 3, 3),
            MemoryDesc.any(DataType.F32, 64),
            MemoryDesc.any(DataType.F32, batch, 64, 14, 14),
            WINDOW,
            PrimitiveAttr.builder().threads(threads).build())) {
      Pairs pairs = measure(conv, Arg.SRC, Arg.WEIGHTS, Arg.BIAS, Arg.DST);
      String name = "conv2-b" + batch;
      print(name, pairs);
      double percent = 100 * pairs.medianDifference(1, 0) / pairs.median(0);
      System.out.println(new Line("bridge." + name + ".overhead", percent, "%", LIMIT_PERCENT));
    }
  }

  private static void print(String name, Pairs pairs) {
    for (int way = 0; way < 2; way++) {
      String label = String.format(Locale.ROOT, "bridge.%s.%s", name, way == 0 ? "c" : "java");
      System.out.println(new Line(label, pairs.median(way), "ns", Double.NaN));
    }
  }

  /** Way 0 is C, way 1 is Java. */
  private Pairs measure(PrimitiveDesc desc, int... tensors) {
    int[] args = tensors;
    if (desc.scratchpadMd().byteSize() > 0) {
      args = Arrays.copyOf(tensors, tensors.length + 1);
      args[tensors.length] = Arg.SCRATCHPAD;
    }
    try (Primitive primitive = desc.newPrimitive()) {
      MemorySegment[] buffers =
          Arrays.stream(args)
              .mapToObj(arg -> Arena.global().allocate(primitive.md(arg).byteSize(), 64))
              .toArray(MemorySegment[]::new);
      PlainCall plain = new PlainCall(library, primitive, args, buffers);
      try (ExecFrame frame = primitive.newFrame(args)) {
        for (int i = 0; i < args.length; i++) {
          frame.set(i, buffers[i]);
        }
        return Pairs.measure(
            seconds,
            0.0005,
            0,
            plain::execute,
            times -> {
              for (long i = 0; i < times; i++) {
                frame.execute();
              }
            });
      }
    }
  }
}
