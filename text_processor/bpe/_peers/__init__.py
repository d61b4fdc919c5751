"""What people know from tiktoken, tokenizers and transformers, under the names that it has there."""
