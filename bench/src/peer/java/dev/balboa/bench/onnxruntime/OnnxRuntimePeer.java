package dev.balboa.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.balboa.bench.Cnn;
import dev.balboa.bench.Environment;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.Peer;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * ONNX Runtime's CPU provider, inference only, at its best: all graph optimisations, shapes known,
 * its threads spinning, inputs and outputs in off-heap memory that is used again. Needs the Maven
 * profile {@code pytorch}, which is that of all peers.
 */
public final class OnnxRuntimePeer implements Peer {
  private int threads;

  /** For the service loader. */
  public OnnxRuntimePeer() {}

  @Override
  public String name() {
    return "onnxruntime";
  }

  /**
   * Without telemetry, which ONNX Runtime 1.29 has on Linux too: a thread of its own that sends, and
   * that has ended the process while the environment was created.
   */
  @Override
  public void open(int threadCount) {
    threads = threadCount;
    Environment.set("ORT_DISABLE_TELEMETRY", "1");
  }

  @Override
  public String describe() {
    return "ONNX Runtime "
        + OrtEnvironment.getEnvironment().getVersion()
        + ", CPU provider, all graph optimisations, "
        + threads
        + " threads";
  }

  @Override
  public boolean takesPart(Task task) {
    return task instanceof Task.Inference;
  }

  @Override
  public Workload prepare(Task task) {
    if (!(task instanceof Task.Inference(int batch))) {
      throw new IllegalArgumentException("onnxruntime: no task " + task.name());
    }
    try {
      return new Inference(batch, threads);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FloatBuffer buffer(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private static final class Inference implements Workload {
    private final OrtSession session;
    private final OnnxTensor[] images;
    private final FloatBuffer logits;
    private final OnnxTensor output;
    private double checksum = Double.NaN;
    private int next;

    Inference(int batch, int threads) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
        session = environment.createSession(OnnxCnn.model(batch), options);
      }
      Pictures pictures = Pictures.of(Cnn.PICTURES);
      images = new OnnxTensor[pictures.count() / batch];
      for (int i = 0; i < images.length; i++) {
        float[] pixels = pictures.images(i * batch, (i + 1) * batch);
        FloatBuffer data = buffer(pixels.length).put(pixels).rewind();
        images[i] = OnnxTensor.createTensor(environment, data, new long[] {batch, 1, 28, 28});
      }
      logits = buffer(batch * 10);
      output = OnnxTensor.createTensor(environment, logits, new long[] {batch, 10});
    }

    @Override
    public void run() {
      try (OrtSession.Result _ = session.run(Map.of("x", images[next]), Map.of("logits", output))) {
        if (Double.isNaN(checksum)) {
          checksum = 0;
          for (int i = 0; i < logits.capacity(); i++) {
            checksum += Math.abs(logits.get(i));
          }
        }
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
      next = next + 1 == images.length ? 0 : next + 1;
    }

    /** Of the first batch. */
    @Override
    public double checksum() {
      return checksum;
    }

    @Override
    public void close() {
      for (OnnxTensor tensor : images) {
        tensor.close();
      }
      output.close();
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
