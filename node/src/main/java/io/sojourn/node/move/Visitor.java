package io.sojourn.node.move;

/**
 * A task of another node that is on this one.
 *
 * @param home name of its node
 */
public record Visitor(String id, String name, String home) {}
