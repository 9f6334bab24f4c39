"""HTTP: the edge, routes, who asks, bodies, answers, problems as documents."""
