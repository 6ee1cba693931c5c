"""Characters that remember: cast, edges, memory, scenes, prompts and turns (requirements 004)."""
