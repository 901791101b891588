package dev.balboa.bench.pytorch;

import dev.balboa.bench.Cnn;
import dev.balboa.bench.Fastest;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.ModelSteps;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Peer;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.global.torch;

/**
 * PyTorch through its Java interface, with MKL, at its best: see {@link Settings}. Where PyTorch
 * leaves a choice (order in memory, kind of Adam, packed weights for inference) each is tried and
 * the fastest is kept. Needs the Maven profile {@code pytorch}.
 */
public final class PyTorchPeer implements Peer {
  private int threads;

  /** In force on the thread that prepared, until the next task. */
  private InferenceMode inferenceMode;

  /** For the service loader. */
  public PyTorchPeer() {}

  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public void open(int threadCount) {
    threads = threadCount;
    Settings.apply(threads);
    torch.manual_seed(1);
    torch.set_num_threads(threads);
    if (torch.get_num_threads() != threads) {
      throw new IllegalStateException(
          "PyTorch uses " + torch.get_num_threads() + " threads, not " + threads);
    }
    Settings.checkBlas();
  }

  @Override
  public String describe() {
    Matcher version =
        Pattern.compile("TORCH_VERSION=([0-9.]+)").matcher(torch.show_config().getString());
    return "PyTorch "
        + (version.find() ? version.group(1) : "?")
        + " through its Java API, with its own oneDNN, and MKL on "
        + threads
        + " threads; fastest of its memory orders, Adams and weight packings";
  }

  @Override
  public boolean takesPart(Task task) {
    return !(task instanceof Task.ModelInference model && model.bf16());
  }

  @Override
  public Workload prepare(Task task) {
    if (inferenceMode != null) {
      inferenceMode.close();
    }
    inferenceMode = new InferenceMode(!gradients(task));
    return switch (task) {
      case Task.Sgemm sgemm ->
          Fastest.of(
              List.of(
                  new Fastest.Way("MKL", () -> Operations.sgemm(sgemm)),
                  new Fastest.Way("packed", () -> TorchPasses.packedProduct(sgemm))));
      case Task.Add add -> Operations.add(add);
      case Task.Conv2d conv -> fastest(order -> way(order, () -> Operations.conv2d(conv, order)));
      case Task.TrainStep step -> Fastest.of(training(step.batch()));
      case Task.Inference inference -> Fastest.of(inference(inference.batch()));
      case Task.Recurrent recurrent -> Fastest.of(TorchPasses.recurrent(recurrent));
      case Task.ModelInference inference -> Fastest.of(TorchPasses.inference(inference));
      case Task.ModelStep(ModelTask model) -> Fastest.of(training(model));
      case Task.LinearStep linear -> TorchPasses.linearStep(linear);
    };
  }

  private static boolean gradients(Task task) {
    return switch (task) {
      case Task.TrainStep _, Task.ModelStep _, Task.LinearStep _ -> true;
      case Task.Recurrent recurrent -> recurrent.gradients();
      default -> false;
    };
  }

  private static List<Fastest.Way> training(ModelTask model) {
    List<TorchModels> ways = new ArrayList<>(List.of(new TorchModels.Contiguous()));
    if (model == ModelTask.RESNET50 && Settings.tellsSecondCache()) {
      ways.add(new TorchModels.ChannelsLast());
    }
    return ways.stream()
        .map(way -> way(way.order(), () -> new ModelSteps(way.prepare(model))))
        .toList();
  }

  private static Workload fastest(Function<Order, Fastest.Way> way) {
    return Fastest.of(Arrays.stream(Order.values()).map(way).toList());
  }

  private static Fastest.Way way(Order order, Supplier<Workload> create) {
    return new Fastest.Way(order.label, create);
  }

  private static List<Fastest.Way> training(int batch) {
    Pictures pictures = Pictures.of(Cnn.PICTURES);
    List<Fastest.Way> ways = new ArrayList<>();
    for (Order order : Order.values()) {
      ways.add(way(order, () -> new Training(pictures, batch, order, false)));
      ways.add(
          new Fastest.Way(
              order.label + ", fused Adam", () -> new Training(pictures, batch, order, true)));
    }
    return ways;
  }

  private static List<Fastest.Way> inference(int batch) {
    Pictures pictures = Pictures.of(Cnn.PICTURES);
    List<Fastest.Way> ways = new ArrayList<>();
    for (Order order : Order.values()) {
      ways.add(
          way(
              order,
              () ->
                  new Inference(
                      new Network(order)::logits,
                      new Batches(pictures, pictures.count(), batch, order))));
      for (boolean dense : new boolean[] {true, false}) {
        ways.add(
            new Fastest.Way(
                order.label + (dense ? ", packed" : ", packed convolutions"),
                () ->
                    new Inference(
                        new PackedNetwork(new Network(order), batch, dense),
                        new Batches(pictures, pictures.count(), batch, order))));
      }
    }
    return ways;
  }
}
