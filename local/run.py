def run(stack, console): return 0
