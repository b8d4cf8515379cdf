package io.sojourn.node.cluster;

/**
 * What a node was told when it came into its cluster.
 *
 * @param name of this node, as in its certificate
 * @param listen HOST:PORT or :PORT
 * @param advertise HOST:PORT
 */
record Settings(String name, String listen, String advertise) {}
