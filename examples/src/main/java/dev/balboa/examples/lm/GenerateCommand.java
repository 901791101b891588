package dev.balboa.examples.lm;

import dev.balboa.nn.generate.Sampler;
import dev.balboa.nn.generate.TransformerLanguageModel;
import dev.balboa.nn.memory.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a trained model write. */
@Command(
    name = "generate",
    description = "Lets a trained model go on from a prompt, character by character.",
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "The model that train wrote. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/lm/model.safetensors")
  private Path model;

  @Option(
      names = "--prompt",
      description = "The beginning. Default: ${DEFAULT-VALUE}",
      defaultValue = "In the beginning")
  private String prompt;

  @Option(
      names = "--length",
      description = "Characters to write. Default: ${DEFAULT-VALUE}",
      defaultValue = "300")
  private int length;

  @Option(names = "--greedy", description = "Always the most probable character.")
  private boolean greedy;

  @Option(names = "--temperature", description = "Divides the logits. Default: 1")
  private Double temperature;

  @Option(names = "--top-k", description = "Only the so many most probable characters.")
  private Integer topK;

  @Option(names = "--top-p", description = "Only the most probable ones that sum up to this.")
  private Double topP;

  @Option(names = "--beams", description = "Beam search with so many beams.")
  private Integer beams;

  @Option(names = "--all", description = "By every method in turn.")
  private boolean all;

  @Option(
      names = "--seed",
      description = "Of random choices. Default: ${DEFAULT-VALUE}",
      defaultValue = "1")
  private long seed;

  @Override
  public Integer call() throws IOException {
    Network network = Network.read(model);
    PrintWriter out = spec.commandLine().getOut();
    try (var _ = Scope.open();
        TransformerLanguageModel loaded = network.load(model)) {
      for (Method method : all ? Method.all() : List.of(method())) {
        write(network, loaded, method, prompt, length, seed, out);
      }
    }
    return 0;
  }

  /** Writes a prompt and what a model makes of it, as it makes it. */
  static void write(
      Network network,
      TransformerLanguageModel model,
      Method method,
      String prompt,
      int length,
      long seed,
      PrintWriter out) {
    int[] start = network.characters().encode(prompt);
    if (start.length == 0) {
      throw new IllegalArgumentException("expected a --prompt of a character or more, got none");
    }
    out.println("--- " + method.name());
    out.print(prompt);
    long begin = System.nanoTime();
    List<Integer> written =
        method.run(
            model,
            start,
            length,
            seed,
            (_, token) -> {
              out.print(network.characters().all().charAt(token));
              out.flush();
              return true;
            });
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(Locale.ROOT, "%n(%,.0f characters/s)%n%n", written.size() / seconds);
    out.flush();
  }

  private Method method() {
    if (beams != null) {
      return Method.beam(beams);
    }
    Sampler sampler = greedy ? Sampler.greedy() : Sampler.random();
    StringBuilder name = new StringBuilder(greedy ? "greedy" : "sampling");
    if (temperature != null) {
      sampler = sampler.temperature(temperature);
      name.append(", temperature ").append(temperature);
    }
    if (topK != null) {
      sampler = sampler.topK(topK);
      name.append(", top-k ").append(topK);
    }
    if (topP != null) {
      sampler = sampler.topP(topP);
      name.append(", top-p ").append(topP);
    }
    return Method.of(name.toString(), sampler);
  }
}
