package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.ATTR;
import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExecFrameTest {

  private static PrimitiveDesc relu(long count) {
    MemoryDesc md = f32(count);
    return Eltwise.forward(PropKind.FORWARD_INFERENCE, AlgKind.ELTWISE_RELU, md, md, 0f, 0f, ATTR);
  }

  @Test
  void runsAllocateNothing() {
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc desc = relu(64);
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame = primitive.newFrame(Arg.SRC, Arg.DST)) {
      MemorySegment first = arena.allocate(256, 64);
      MemorySegment second = arena.allocate(256, 64);
      runMany(frame, first, second, 20_000);
      long before = AllocatedBytes.ofThisThread();
      runMany(frame, first, second, 10_000);
      long bytes = AllocatedBytes.ofThisThread() - before;
      assertThat(bytes).as("bytes for 10000 runs").isLessThan(10_000);
    }
  }

  private static void runMany(
      ExecFrame frame, MemorySegment first, MemorySegment second, int count) {
    for (int i = 0; i < count; i++) {
      frame.set(0, (i & 1) == 0 ? first : second);
      frame.set(1, (i & 1) == 0 ? second : first);
      frame.execute();
    }
  }

  @Test
  void manyThreadsRunOnePrimitiveThroughTheirOwnFrames() throws InterruptedException {
    List<Throwable> failures = new ArrayList<>();
    try (PrimitiveDesc desc = relu(1000);
        Primitive primitive = desc.newPrimitive()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        float value = t + 1;
        Thread thread = new Thread(() -> runAndCheck(primitive, value));
        thread.setUncaughtExceptionHandler((ignored, e) -> {
          synchronized (failures) {
            failures.add(e);
          }
        });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private static void runAndCheck(Primitive primitive, float value) {
    try (Arena arena = Arena.ofConfined();
        ExecFrame frame = primitive.newFrame(Arg.SRC, Arg.DST)) {
      MemorySegment src = arena.allocate(4000, 64);
      MemorySegment dst = arena.allocate(4000, 64);
      src.setAtIndex(ValueLayout.JAVA_FLOAT, 999, value);
      frame.set(0, src);
      frame.set(1, dst);
      for (int i = 0; i < 200; i++) {
        dst.fill((byte) 0);
        frame.execute();
        assertThat(dst.getAtIndex(ValueLayout.JAVA_FLOAT, 999)).isEqualTo(value);
      }
    }
  }

  @Test
  void aFrameInTwoThreadsIsNoticed() throws InterruptedException {
    MemoryDesc md = f32(1 << 22);
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger other = new AtomicInteger();
    try (Arena arena = Arena.ofShared();
        PrimitiveDesc desc =
            Eltwise.forward(
                PropKind.FORWARD_INFERENCE, AlgKind.ELTWISE_MISH, md, md, 0f, 0f, ATTR);
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame = primitive.newFrame(Arg.SRC, Arg.DST)) {
      frame.set(0, arena.allocate(md.byteSize(), 64));
      frame.set(1, arena.allocate(md.byteSize(), 64));
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        threads.add(new Thread(() -> runUntilRefused(frame, start, refused, other)));
      }
      threads.forEach(Thread::start);
      start.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(refused.get()).isPositive();
    assertThat(other.get()).isZero();
  }

  private static void runUntilRefused(
      ExecFrame frame, CountDownLatch start, AtomicInteger refused, AtomicInteger other) {
    try {
      start.await();
      for (int i = 0; i < 1000 && refused.get() == 0; i++) {
        frame.execute();
      }
    } catch (IllegalStateException e) {
      (e.getMessage().contains("running in another thread") ? refused : other).incrementAndGet();
    } catch (InterruptedException e) {
      other.incrementAndGet();
    }
  }

  @Test
  void buffersAreCheckedBeforeTheyAreUsed() {
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc desc = relu(64);
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame = primitive.newFrame(Arg.SRC, Arg.DST)) {
      assertThatThrownBy(() -> frame.set(0, arena.allocate(255)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SRC f32[64]:a needs 256 bytes, got 255");
      assertThatThrownBy(() -> frame.set(1, MemorySegment.ofArray(new float[64])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("off-heap");
      assertThatThrownBy(() -> frame.set(1, arena.allocate(256).asReadOnly()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("DST f32[64]:a got read-only memory");
      frame.set(0, arena.allocate(256).asReadOnly());
      assertThatThrownBy(frame::execute)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no buffer set for DST");
      assertThatThrownBy(() -> primitive.newFrame(Arg.WEIGHTS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has no WEIGHTS");
    }
  }

  @Test
  void argumentsThatAreMissingOrOfAnotherLayoutAreNamed() {
    MemoryDesc src = f32(8, 32, 28, 28);
    MemoryDesc dst = f32(8, 64, 26, 26);
    PrimitiveAttr attr = PrimitiveAttr.builder().postBinary(AlgKind.BINARY_ADD, dst).build();
    try (PrimitiveDesc desc =
            Convolution.forward(
                PropKind.FORWARD_INFERENCE,
                AlgKind.CONVOLUTION_DIRECT,
                src,
                f32(64, 32, 3, 3),
                MemoryDesc.none(),
                dst,
                Window.unit(2),
                attr);
        Primitive primitive = desc.newPrimitive();
        Primitive relu = relu(4).newPrimitive();
        Arena arena = Arena.ofConfined()) {
      assertThat(desc.scratchpadMd().isNone()).isFalse();
      assertThatThrownBy(() -> primitive.newFrame(Arg.SRC, Arg.WEIGHTS, Arg.DST))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith(" needs SCRATCHPAD");
      assertThatThrownBy(() -> primitive.newFrame(Arg.SRC, Arg.DST, Arg.SCRATCHPAD))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith(" needs SRC_1 of post-op 0");
      assertThatThrownBy(() -> primitive.newFrame(new int[] {Arg.SRC}, new MemoryDesc[] {f32(1)}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SRC is f32[8, 32, 28, 28]:abcd, got f32[1]:a");
      try (ExecFrame frame = relu.newFrame(Arg.SRC)) {
        frame.set(0, arena.allocate(16));
        assertThatThrownBy(frame::execute)
            .isInstanceOf(DnnlException.class)
            .hasMessageContaining("dnnl_invalid_arguments: dnnl_primitive_execute");
      }
    }
  }

  @Test
  void closedMemoryIsRefused() {
    MemorySegment memory;
    try (Arena closed = Arena.ofConfined()) {
      memory = closed.allocate(256);
    }
    try (PrimitiveDesc desc = relu(64);
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame = primitive.newFrame(Arg.SRC, Arg.DST)) {
      assertThatThrownBy(() -> frame.set(0, memory))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SRC f32[64]:a got memory that is closed");
    }
  }

  @Test
  void closedHandlesAreRefusedAndClosingTwiceDoesNothing() {
    PrimitiveDesc desc = relu(64);
    Primitive primitive = desc.newPrimitive();
    ExecFrame frame = primitive.newFrame(Arg.SRC, Arg.DST);
    desc.close();
    desc.close();
    assertThatThrownBy(desc::newPrimitive)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("primitive descriptor eltwise_forward is closed");
    assertThatThrownBy(desc::srcMd).isInstanceOf(IllegalStateException.class);
    primitive.close();
    primitive.close();
    assertThatThrownBy(() -> primitive.newFrame(Arg.SRC, Arg.DST))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("primitive eltwise_forward is closed");
    try (Arena arena = Arena.ofConfined()) {
      frame.set(0, arena.allocate(256));
      frame.set(1, arena.allocate(256));
      frame.execute(); // the frame keeps its primitive
    }
    frame.close();
    frame.close();
    assertThatThrownBy(frame::execute)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("this frame is closed");
  }

  @Test
  void upperLayersAddTheirContext() {
    assertThatThrownBy(
            () -> {
              try {
                Eltwise.forward(
                    PropKind.FORWARD_INFERENCE, AlgKind.BINARY_ADD, f32(4), f32(4), 0f, 0f, ATTR);
              } catch (DnnlException e) {
                throw e.withContext("relu(x[4])");
              }
            })
        .isInstanceOfSatisfying(
            DnnlException.class,
            e -> assertThat(e.call()).isEqualTo("dnnl_eltwise_forward_primitive_desc_create"))
        .hasMessageStartingWith("relu(x[4]): dnnl_invalid_arguments");
  }
}
