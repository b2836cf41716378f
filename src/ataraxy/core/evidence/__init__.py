"""What has been shown, how surely, and what was taken back: studies, effect sizes, pools."""
