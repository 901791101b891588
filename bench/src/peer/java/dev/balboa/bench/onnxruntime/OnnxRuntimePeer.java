package dev.balboa.bench.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import dev.balboa.bench.Cnn;
import dev.balboa.bench.Environment;
import dev.balboa.bench.Inputs;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Peer;
import dev.balboa.bench.Task;
import dev.balboa.bench.Weights;
import dev.balboa.bench.Workload;

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
   * Without telemetry, which ONNX Runtime 1.29 has on Linux too: a thread of its own that sends,
   * and that has ended the process while the environment was created.
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
    return switch (task) {
      case Task.Sgemm _, Task.Inference _, Task.Add _ -> true;
      case Task.Recurrent recurrent -> !recurrent.gradients();
      case Task.ModelInference inference -> !inference.bf16();
      case Task.Conv2d _, Task.TrainStep _, Task.ModelStep _, Task.LinearStep _ -> false;
    };
  }

  @Override
  public Workload prepare(Task task) {
    return switch (task) {
      case Task.Sgemm sgemm -> {
        int m = sgemm.m();
        float[] a = Inputs.normal(21, m * sgemm.k());
        OnnxSession session = open(OnnxModels.product(sgemm), m, sgemm.n());
        yield session.input("x", a, m, sgemm.k());
      }
      case Task.Add(int n) ->
          open(OnnxModels.add(new Task.Add(n)), n)
              .input("x", Inputs.normal(31, n), n)
              .input("x2", Inputs.normal(32, n), n);
      case Task.Inference(int batch) -> {
        OnnxSession session = open(OnnxCnn.model(batch), batch, 10);
        Pictures pictures = Pictures.of(Cnn.PICTURES);
        for (int i = 0; i + batch <= pictures.count(); i += batch) {
          session.input("x", pictures.images(i, i + batch), batch, 1, 28, 28);
        }
        yield session;
      }
      case Task.Recurrent recurrent -> {
        long[] in = {Task.Recurrent.LENGTH, Task.Recurrent.BATCH, Task.Recurrent.INPUTS};
        OnnxSession session =
            open(OnnxModels.recurrent(recurrent.cell()), in[0], 1, in[1], Task.Recurrent.UNITS);
        yield session.input("x", Weights.input(in), in);
      }
      case Task.ModelInference(ModelTask model, int batch, boolean _) -> {
        byte[] bytes =
            model == ModelTask.RESNET50
                ? OnnxModels.resNet50(batch)
                : OnnxModels.transformer(batch);
        long[] in = model.inputShape(batch);
        yield open(bytes, model.outputShape(batch)).input("x", Weights.input(in), in);
      }
      default -> throw new IllegalArgumentException("onnxruntime: no task " + task.name());
    };
  }

  private OnnxSession open(byte[] model, long... outputDims) {
    return new OnnxSession(model, threads, outputDims);
  }
}
