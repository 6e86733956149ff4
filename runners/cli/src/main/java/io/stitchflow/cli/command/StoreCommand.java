package io.stitchflow.cli.command;

import io.stitchflow.cli.text.Terminal;
import java.util.Map;
import java.util.concurrent.Callable;

/** A command on a store; returns its exit code. */
public abstract class StoreCommand implements Callable<Integer> {
  protected final Terminal system;
  protected final Map<String, String> environment;

  protected StoreCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }
}
