"""Forms of this app: what a request may say, in which words it is refused."""
