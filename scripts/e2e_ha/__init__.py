"""hubd beside the real Home Assistant: started by scripts/e2e-ha.sh, inside the Debian that it made."""
