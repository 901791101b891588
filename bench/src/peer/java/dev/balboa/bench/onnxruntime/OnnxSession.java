package dev.balboa.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.balboa.bench.Workload;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model in a session of its own; its inputs are taken in turn. */
final class OnnxSession implements Workload {
  private final OrtSession session;
  private final List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
  private final FloatBuffer result;
  private final Map<String, OnnxTensor> outputs;
  private double checksum = Double.NaN;
  private int next;

  OnnxSession(byte[] model, int threads, long... outputDims) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      session = environment.createSession(model, options);
      result = buffer(outputDims);
      outputs = Map.of("y", OnnxTensor.createTensor(environment, result, outputDims));
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FloatBuffer buffer(long... dims) {
    long floats = 1;
    for (long dim : dims) {
      floats *= dim;
    }
    return ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** One more value: of a new run if the latest has a value of this name, else of the latest. */
  OnnxSession input(String name, float[] values, long... dims) {
    if (inputs.isEmpty() || inputs.getLast().containsKey(name)) {
      inputs.add(new LinkedHashMap<>());
    }
    FloatBuffer data = buffer(dims).put(values).rewind();
    try {
      OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), data, dims);
      inputs.getLast().put(name, tensor);
      return this;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void run() {
    try (OrtSession.Result _ = session.run(inputs.get(next), outputs)) {
      if (Double.isNaN(checksum)) {
        checksum = 0;
        for (int i = 0; i < result.capacity(); i++) {
          checksum += Math.abs(result.get(i));
        }
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    next = next + 1 == inputs.size() ? 0 : next + 1;
  }

  /** Of the first input. */
  @Override
  public double checksum() {
    return checksum;
  }

  @Override
  public void close() {
    inputs.forEach(run -> run.values().forEach(OnnxTensor::close));
    outputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
