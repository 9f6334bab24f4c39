"""The protocol of `pazpaz api`, over sockets and in a process of its own."""
